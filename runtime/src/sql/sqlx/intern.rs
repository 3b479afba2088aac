//! From a statement's text to its [`Statement`], without reading the text again.
//!
//! Three steps, each for what the one before does not know: a table of the thread's own by where the text is in memory,
//! which serves literals; one by the text itself, for texts that are put together anew; and the process' own, behind a
//! lock. What a process keeps is bounded by number and by size. Past the bounds a text is read every time and its
//! statement is one of a second, smaller set that has no texts, so that names and metrics stay right.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use parking_lot::RwLock;

use crate::registry;
use crate::sql::source::{Act, Source};
use crate::sql::statement::{Reading, Statement, Text};

/// The most statements whose texts are kept, and the most that are kept without.
const MAX_STATEMENTS: usize = 4_096;
const MAX_WITHOUT_TEXT: usize = 1_024;
/// The most bytes of all texts.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The most tables that get a label of their own.
const MAX_TABLES: usize = 1_000;

/// As many as a byte can tell apart.
const PLACES: usize = 1 << u8::BITS;

thread_local! {
    static BY_PLACE: [Cell<Option<&'static Statement>>; PLACES] = const { [const { Cell::new(None) }; PLACES] };
    static BY_TEXT: RefCell<HashMap<Source<'static>, &'static Statement>> = RefCell::default();
}

static PROCESS: LazyLock<RwLock<Interned>> = LazyLock::new(RwLock::default);

/// The statement of a text.
#[inline]
pub(super) fn statement(source: Source<'_>) -> &'static Statement {
    let place = place(source.text);
    let found = BY_PLACE.try_with(|places| places[place].get()).ok().flatten();
    // Memory is used again for other texts, so what counts is the text.
    match found {
        Some(statement) if statement.source == source => statement,
        _ => find(source, place),
    }
}

/// Fibonacci hashing of address and length, for the table's index.
#[inline]
fn place(text: &str) -> usize {
    let key = text.as_ptr().addr() as u64 ^ (text.len() as u64).rotate_left(32);
    let [hash, ..] = key.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
    usize::from(hash)
}

#[cold]
fn find(source: Source<'_>, place: usize) -> &'static Statement {
    let known = BY_TEXT.try_with(|texts| texts.borrow().get(&source).copied()).ok().flatten();
    let statement = known.unwrap_or_else(|| intern(&PROCESS, source));
    // One without text can be told from its own text only by reading that.
    if statement.source == source {
        let _torn_down = BY_PLACE.try_with(|places| places[place].set(Some(statement)));
        if known.is_none() {
            let _torn_down = BY_TEXT.try_with(|texts| texts.borrow_mut().insert(statement.source, statement));
        }
    }
    statement
}

/// A statement that sqlx executes on its own account.
pub(super) fn verb(driver: &'static str, text: &'static str) -> &'static Statement {
    statement(Source::new(driver, Act::Run, text))
}

/// The statement of a text that lives as long as the process and was read before: one that is known already, or a new one,
/// for which there is always room.
pub(super) fn literal(text: &'static str, source: Source<'_>, reading: Reading) -> &'static Statement {
    PROCESS.write().keep_literal(text, source, reading)
}

fn intern(all: &RwLock<Interned>, source: Source<'_>) -> &'static Statement {
    if let Some(known) = all.read().with_text.get(&source) {
        return known;
    }
    let reading = Reading::of(source);
    let has_room = all.read().has_room(source, &reading);
    if has_room {
        return all.write().keep(source, reading);
    }
    let by_summary = Source { text: reading.summary(), ..source };
    if let Some(known) = all.read().without_text.get(&by_summary) {
        return known;
    }
    all.write().keep_without_text(source, reading)
}

/// The bytes that keeping a statement takes at most: its text may be kept a second time, as it is shown.
fn cost(source: Source<'_>, reading: &Reading) -> usize {
    2 * source.text.len() + reading.size()
}

/// All statements so far.
#[derive(Default)]
struct Interned {
    with_text: HashMap<Source<'static>, &'static Statement>,
    bytes: usize,
    /// By summary.
    without_text: HashMap<Source<'static>, &'static Statement>,
    tables: HashSet<String>,
}

impl Interned {
    fn has_room(&self, source: Source<'_>, reading: &Reading) -> bool {
        self.with_text.len() < MAX_STATEMENTS && self.bytes + cost(source, reading) <= MAX_BYTES
    }

    fn keep(&mut self, source: Source<'_>, reading: Reading) -> &'static Statement {
        // Another thread may have been faster, with this text or with the last room.
        if let Some(known) = self.with_text.get(&source) {
            return known;
        }
        if !self.has_room(source, &reading) {
            return self.keep_without_text(source, reading);
        }
        self.bytes += cost(source, &reading);
        let statement = self.leak(source, Box::leak(source.text.into()), Text::Shown, reading);
        self.with_text.insert(statement.source, statement);
        statement
    }

    fn keep_literal(
        &mut self,
        text: &'static str,
        source: Source<'_>,
        reading: Reading,
    ) -> &'static Statement {
        if let Some(known) = self.with_text.get(&source) {
            return known;
        }
        let (has_room, cost) = (self.has_room(source, &reading), cost(source, &reading));
        let statement = self.leak(source, text, Text::Shown, reading);
        if has_room {
            self.bytes += cost;
            self.with_text.insert(statement.source, statement);
        }
        statement
    }

    fn keep_without_text(&mut self, source: Source<'_>, reading: Reading) -> &'static Statement {
        let by_summary = Source { text: reading.summary(), ..source };
        if let Some(known) = self.without_text.get(&by_summary) {
            return known;
        }
        // The empty text is the one that nothing can be said of; there is one for each driver.
        let nothing = Source { text: "", ..source };
        let (text, reading) = if self.without_text.len() < MAX_WITHOUT_TEXT {
            (reading.summary().to_owned(), reading)
        } else if let Some(known) = self.without_text.get(&nothing) {
            return known;
        } else {
            (String::new(), Reading::of(nothing))
        };
        let statement = self.leak(source, text.leak(), Text::Hidden, reading);
        self.without_text.insert(statement.source, statement);
        statement
    }

    fn leak(
        &mut self,
        source: Source<'_>,
        text: &'static str,
        shown: Text,
        reading: Reading,
    ) -> &'static Statement {
        let source = Source { driver: source.driver, act: source.act, text };
        let label = self.table_label(reading.table_label());
        Box::leak(Box::new(Statement::new(source, shown, label, reading)))
    }

    fn table_label(&mut self, table: &str) -> String {
        if self.tables.len() >= MAX_TABLES && !self.tables.contains(table) {
            return registry::OTHER.to_owned();
        }
        self.tables.insert(table.to_owned());
        table.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::RwLock;

    use super::{Interned, MAX_BYTES, MAX_STATEMENTS, MAX_TABLES, MAX_WITHOUT_TEXT, intern, statement};
    use crate::site::Describe;
    use crate::sql::QueryText;
    use crate::sql::source::{Act, MAX_TEXT, Source};
    use crate::sql::statement::Statement;

    fn sqlite(sql: &str) -> Source<'_> {
        Source::new("SQLite", Act::Run, sql)
    }

    fn shows_text(statement: &'static Statement) -> bool {
        statement.shown_text(QueryText::Shown).is_some()
    }

    #[test]
    fn a_text_has_one_statement_wherever_it_is_in_memory() {
        let literal = statement(sqlite("SELECT 1 FROM interned"));
        let built = ["SELECT 1", "FROM interned"].join(" ");
        assert!(std::ptr::eq(statement(sqlite(&built)), literal));
        assert!(std::ptr::eq(statement(sqlite("SELECT 1 FROM interned")), literal));
        let elsewhere =
            std::thread::spawn(|| std::ptr::from_ref(statement(sqlite("SELECT 1 FROM interned"))).addr());
        assert_eq!(elsewhere.join().unwrap(), std::ptr::from_ref(literal).addr());
    }

    #[test]
    fn a_text_that_takes_the_place_of_another_is_not_taken_for_it() {
        let mut text = String::from("SELECT 1 FROM here");
        let here = statement(sqlite(&text));
        text.replace_range(14.., "away");
        assert_eq!(here.span_name(), "SELECT here");
        assert_eq!(statement(sqlite(&text)).span_name(), "SELECT away");
    }

    #[test]
    fn the_same_text_for_another_driver_or_purpose_is_another_statement() {
        let run = statement(sqlite("SELECT 1 FROM both"));
        let prepared = statement(Source::new("SQLite", Act::Prepare, "SELECT 1 FROM both"));
        let postgres = statement(Source::new("PostgreSQL", Act::Run, "SELECT 1 FROM both"));
        assert!(!std::ptr::eq(run, prepared) && !std::ptr::eq(run, postgres));
    }

    #[test]
    fn past_the_number_statements_are_shared_and_keep_their_names() {
        let all = RwLock::new(Interned::default());
        for number in 0..MAX_STATEMENTS + 100 {
            intern(&all, sqlite(&format!("SELECT {number} FROM tasks")));
        }
        assert_eq!((all.read().with_text.len(), all.read().without_text.len()), (MAX_STATEMENTS, 1));
        let shared = intern(&all, sqlite("SELECT 'new' FROM tasks"));
        assert_eq!(shared.span_name(), "SELECT tasks");
        assert!(!shows_text(shared));
        assert!(shows_text(intern(&all, sqlite("SELECT 1 FROM tasks"))));
    }

    #[test]
    fn past_all_bounds_one_statement_serves() {
        let all = RwLock::new(Interned::default());
        for number in 0..MAX_STATEMENTS + MAX_WITHOUT_TEXT + 100 {
            intern(&all, sqlite(&format!("SELECT 1 FROM table_{number}")));
        }
        assert_eq!(all.read().without_text.len(), MAX_WITHOUT_TEXT + 1);
        assert_eq!(all.read().tables.len(), MAX_TABLES);
        let last = intern(&all, sqlite("SELECT 1 FROM yet_another"));
        assert_eq!(last.span_name(), "sqlite");
    }

    #[test]
    fn texts_are_bounded_by_size() {
        let all = RwLock::new(Interned::default());
        for number in 0..MAX_BYTES / MAX_TEXT {
            intern(
                &all,
                sqlite(&format!("SELECT {number} FROM tasks WHERE a IN ({})", "?,".repeat(MAX_TEXT))),
            );
        }
        let all = all.read();
        assert!(
            all.bytes <= MAX_BYTES && all.with_text.len() > MAX_BYTES / MAX_TEXT / 3,
            "{}",
            all.with_text.len()
        );
    }
}
