//! What is known of a statement from its text alone; the constant part of its spans.

use std::borrow::Cow;

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use opentelemetry_semantic_conventions::attribute::{
    DB_COLLECTION_NAME, DB_OPERATION_NAME, DB_QUERY_SUMMARY, DB_QUERY_TEXT, DB_SYSTEM_NAME,
};
use spanweave_sql::{Dialect, MAX_SUMMARY, OTHER, Summary, mask, summarize};

use crate::core::Metric;
use crate::names;
use crate::site::{Describe, Measure, Site, SiteCell};

/// The most bytes of a text that are read, kept and shown; two texts that differ later only are one statement.
pub(super) const MAX_TEXT: usize = 16 * 1024;
/// The most bytes of a table's name in a label.
const MAX_LABEL: usize = 128;
/// The label of a statement without a table.
const NO_TABLE: &str = "none";

/// What is done with a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Act {
    Run,
    Prepare,
}

/// A statement as its executor is given it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Source<'t> {
    /// The driver's name, which sqlx has in `Database::NAME`, or the system's.
    pub(super) driver: &'static str,
    pub(super) act: Act,
    /// At most [`MAX_TEXT`] bytes of it.
    pub(super) text: &'t str,
}

impl<'t> Source<'t> {
    pub(super) fn new(driver: &'static str, act: Act, sql: &'t str) -> Source<'t> {
        Source { driver, act, text: head(sql, MAX_TEXT) }
    }

    fn dialect(self) -> Dialect {
        match self.driver {
            "PostgreSQL" | "postgresql" => Dialect::Postgres,
            "MySQL" | "mysql" | "mariadb" => Dialect::MySql,
            "SQLite" | "sqlite" => Dialect::Sqlite,
            _ => Dialect::Other,
        }
    }

    fn system(self) -> Cow<'static, str> {
        match self.driver {
            "PostgreSQL" => "postgresql".into(),
            "MySQL" => "mysql".into(),
            "SQLite" => "sqlite".into(),
            other => other.to_lowercase().into(),
        }
    }
}

/// As much of a text as fits.
fn head(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Whether a statement's text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    Shown,
    Hidden,
}

/// A statement of the process: one for each text, kept for good.
#[derive(Debug)]
pub(super) struct Statement {
    /// What the statement was made of, as it was written.
    pub(super) source: Source<'static>,
    system: Cow<'static, str>,
    text: Text,
    /// The text as it is shown, where that is not as it was written.
    masked: Option<String>,
    summary: String,
    operation: &'static str,
    /// The one table, of which alone the convention's attribute can tell.
    collection: Option<String>,
    /// No other statement is in its text.
    alone: bool,
    table_label: String,
    site: SiteCell,
}

/// What [`Statement::new`] is to make of a text.
pub(super) struct Reading {
    system: Cow<'static, str>,
    masked: Option<String>,
    summary: Summary,
}

impl Reading {
    pub(super) fn of(source: Source<'_>) -> Reading {
        let mut summary = summarize(source.text, source.dialect());
        if source.act == Act::Prepare {
            summary.operation = "PREPARE";
            let text = format!("PREPARE {}", summary.text);
            summary.text =
                if text.len() > MAX_SUMMARY { "PREPARE".to_owned() } else { text.trim_end().to_owned() };
        }
        Reading { system: source.system(), masked: mask(source.text, source.dialect()), summary }
    }

    pub(super) fn summary(&self) -> &str {
        &self.summary.text
    }

    /// The value of the `table` label, as far as this statement goes.
    pub(super) fn table_label(&self) -> &str {
        head(self.summary.table.as_deref().unwrap_or(NO_TABLE), MAX_LABEL)
    }

    /// The bytes that keeping the statement costs, but for its own size.
    pub(super) fn size(&self) -> usize {
        let Summary { table, text, .. } = &self.summary;
        let label = self.table_label().len();
        [table, &self.masked].into_iter().flatten().map(String::len).sum::<usize>() + text.len() + label
    }
}

impl Statement {
    pub(super) fn new(
        source: Source<'static>,
        text: Text,
        table_label: String,
        reading: Reading,
    ) -> Statement {
        let Reading { system, masked, summary } = reading;
        Statement {
            source,
            system,
            text,
            masked: masked.filter(|_| text == Text::Shown),
            summary: summary.text,
            operation: summary.operation,
            collection: summary.table.filter(|_| summary.one_table),
            alone: summary.one_statement,
            table_label,
            site: SiteCell::new(),
        }
    }
}

impl Statement {
    pub(super) fn site(&'static self) -> &'static Site {
        self.site.get(self)
    }
}

impl Describe for Statement {
    /// By the convention's rule: the summary, or the name of the system.
    fn span_name(&'static self) -> Cow<'static, str> {
        Cow::Borrowed(if self.summary.is_empty() { &self.system } else { &self.summary })
    }

    fn span_kind(&'static self) -> SpanKind {
        SpanKind::Client
    }

    fn attributes(&'static self, into: &mut Vec<KeyValue>) {
        into.push(KeyValue::new(DB_SYSTEM_NAME, &*self.system));
        if self.text == Text::Shown {
            into.push(KeyValue::new(DB_QUERY_TEXT, self.masked.as_deref().unwrap_or(self.source.text)));
        }
        if !self.summary.is_empty() {
            into.push(KeyValue::new(DB_QUERY_SUMMARY, &*self.summary));
        }
        if self.alone && self.operation != OTHER {
            into.push(KeyValue::new(DB_OPERATION_NAME, self.operation));
        }
        if let Some(collection) = &self.collection {
            into.push(KeyValue::new(DB_COLLECTION_NAME, &**collection));
        }
    }

    fn measure(&'static self) -> Measure {
        let labels = Box::new([self.table_label.clone(), self.operation.into()]);
        Measure::One(Metric::of(&names::STATEMENTS, labels))
    }
}

#[cfg(test)]
mod tests {
    use super::{Act, MAX_TEXT, Reading, Source, Statement, Text};
    use crate::site::Describe;

    fn statement(driver: &'static str, act: Act, sql: &'static str) -> &'static Statement {
        let source = Source::new(driver, act, sql);
        let reading = Reading::of(source);
        let label = reading.table_label().to_owned();
        Box::leak(Box::new(Statement::new(source, Text::Shown, label, reading)))
    }

    /// The span's name and its attributes, a line each.
    fn shown(statement: &'static Statement) -> String {
        let mut attributes = Vec::new();
        statement.attributes(&mut attributes);
        let lines = attributes.iter().map(|attribute| format!("\n{}: {}", attribute.key, attribute.value));
        format!("{}{}", statement.span_name(), lines.collect::<String>())
    }

    #[test]
    fn a_statement_describes_itself_by_the_convention() {
        let select = statement("SQLite", Act::Run, "SELECT a FROM tasks WHERE b = ? AND c = 'x'");
        assert_eq!(
            shown(select),
            "SELECT tasks\n\
             db.system.name: sqlite\n\
             db.query.text: SELECT a FROM tasks WHERE b = ? AND c = ?\n\
             db.query.summary: SELECT tasks\n\
             db.operation.name: SELECT\n\
             db.collection.name: tasks"
        );
    }

    #[test]
    fn names_are_left_out_where_there_are_several() {
        let script = statement("PostgreSQL", Act::Run, "DELETE FROM a; DELETE FROM b");
        assert_eq!(
            shown(script),
            "DELETE a DELETE b\n\
             db.system.name: postgresql\n\
             db.query.text: DELETE FROM a; DELETE FROM b\n\
             db.query.summary: DELETE a DELETE b"
        );
    }

    #[test]
    fn what_is_not_understood_goes_by_the_name_of_its_system() {
        assert_eq!(
            shown(statement("DuckDB", Act::Run, "?")),
            "duckdb\ndb.system.name: duckdb\ndb.query.text: ?"
        );
    }

    #[test]
    fn preparing_is_an_operation_of_its_own() {
        let prepare = statement("MySQL", Act::Prepare, "SELECT a FROM tasks");
        assert_eq!(prepare.span_name(), "PREPARE SELECT tasks");
        assert_eq!((prepare.operation, &*prepare.table_label), ("PREPARE", "tasks"));
    }

    #[test]
    fn a_long_text_is_cut() {
        let sql = format!("SELECT * FROM tasks WHERE é IN ({}", "?, é, ".repeat(MAX_TEXT)).leak();
        let source = Source::new("SQLite", Act::Run, sql);
        assert!((MAX_TEXT - 3..=MAX_TEXT).contains(&source.text.len()));
        assert_eq!(Reading::of(source).summary(), "SELECT tasks");
    }

    #[test]
    fn a_label_is_no_longer_than_a_name_should_be() {
        let sql = format!("SELECT * FROM {}", "é".repeat(1_000)).leak();
        let reading = Reading::of(Source::new("SQLite", Act::Run, sql));
        assert_eq!(reading.table_label(), "é".repeat(64));
    }
}
