//! The targets that stand right behind an operation, and are not named by a clause of it.

use super::{Clauses, Place, Reader};
use crate::dialect::Dialect;

/// What may stand between the operation and its target.
const MODIFIERS: &[&str] = &[
    "OR",
    "ABORT",
    "FAIL",
    "IGNORE",
    "REPLACE",
    "ROLLBACK",
    "LOW_PRIORITY",
    "HIGH_PRIORITY",
    "DELAYED",
    "QUICK",
    "OVERWRITE",
];

/// What a statement behind an operation begins with.
const STATEMENTS: &[&str] =
    &["SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "WITH", "TABLE", "VALUES", "FORMAT"];

impl Reader<'_> {
    /// Reads on to the targets that follow the operation, if its clauses do not name them.
    pub(super) fn targets(&mut self, keyword: &str) {
        match keyword {
            "SELECT" => self.frame.place = Place::Columns,
            "TABLE" => self.frame.place = Place::Table,
            "VALUES" => {}
            "DELETE" => self.deleted(),
            "INSERT" | "REPLACE" | "MERGE" => self.inserted(keyword),
            "UPDATE" => self.updated(),
            "EXPLAIN" => self.frame.place = Place::Prefix,
            "DECLARE" => self.frame.place = Place::Before("FOR"),
            "PREPARE" => self.frame.place = Place::Before("AS"),
            "LOAD" => self.frame.clauses = Clauses::Into,
            "COPY" if self.next_is_punct("(") => {}
            "LOCK" => {
                self.skip_words(&["TABLE", "TABLES", "ONLY"]);
                self.frame.place = Place::Table;
            }
            "CREATE" | "ALTER" | "DROP" => self.definition(keyword),
            "CALL" | "EXEC" | "EXECUTE" | "PRAGMA" => {
                self.frame.place = Place::Skip;
                self.named();
            }
            "DESC" | "DESCRIBE" | "ANALYZE"
                if self.next_is_any(STATEMENTS) && !self.analyzes_tables(keyword) =>
            {
                self.frame.place = Place::Prefix;
            }
            _ => self.maintained(keyword),
        }
    }

    /// `ANALYZE TABLE tasks`, while `DESC TABLE tasks` explains a query.
    fn analyzes_tables(&mut self, keyword: &str) -> bool {
        keyword == "ANALYZE" && self.next_is_word("TABLE")
    }

    fn inserted(&mut self, keyword: &str) {
        self.skip_words(MODIFIERS);
        if self.dialect == Dialect::Other && self.next_is_any(&["ALL", "FIRST"]) {
            self.frame.clauses = Clauses::Into;
            return;
        }
        self.skip_word("INTO");
        if self.dialect == Dialect::Other {
            self.skip_word("TABLE");
        }
        if keyword == "MERGE" {
            self.frame.clauses = Clauses::FromAndUsing;
        }
        self.table_target();
        self.frame.place = Place::Inserted;
    }

    fn updated(&mut self) {
        // `ignore` may be a table, too.
        let second_is_set = self.tokens.clone().nth(1).is_some_and(|token| token.is_word("SET"));
        if !second_is_set {
            self.skip_words(MODIFIERS);
        }
        self.frame.place = Place::Table;
    }

    fn deleted(&mut self) {
        self.skip_words(MODIFIERS);
        if self.skip_word("TOP") {
            self.skip_group();
        }
        if self.next_is_word("FROM") {
            self.frame.clauses = Clauses::FromAndUsing;
            return;
        }
        // `DELETE tasks WHERE …`; in `DELETE t FROM tasks t …` the table comes later.
        let named = self.name();
        if let Some(name) = named
            && !self.next_is_word("FROM")
            && !self.next_is_punct(",")
        {
            self.draft.add_table(name, self.frame.main);
        }
    }

    /// Tables right behind the operation, and nothing else that is wanted.
    fn maintained(&mut self, keyword: &str) {
        self.frame.place = Place::Skip;
        let words: &[&str] = match keyword {
            "ANALYZE" => &["VERBOSE", "LOCAL", "NO_WRITE_TO_BINLOG", "TABLE"],
            "CLUSTER" => &["VERBOSE"],
            "COPY" => &["INTO"],
            "DESC" | "DESCRIBE" => &["TABLE"],
            "OPTIMIZE" => &["LOCAL", "NO_WRITE_TO_BINLOG", "TABLE"],
            "REFRESH" => &["MATERIALIZED", "VIEW", "CONCURRENTLY"],
            "RENAME" if self.next_is_any(&["TABLE", "TABLES"]) => &["TABLE", "TABLES"],
            "TRUNCATE" => &["TABLE", "ONLY"],
            // `SQLite` rebuilds a whole database.
            "VACUUM" if self.dialect != Dialect::Sqlite => &["FULL", "FREEZE", "VERBOSE", "ANALYZE"],
            _ => return,
        };
        if matches!(keyword, "ANALYZE" | "CLUSTER" | "VACUUM") {
            self.skip_group();
        }
        self.skip_words(words);
        self.table_targets();
    }

    /// `tasks (owner), users`
    pub(super) fn table_targets(&mut self) {
        loop {
            self.table_target();
            self.skip_group();
            if self.tokens.next_if(|token| token.is_punct(",")).is_none() {
                return;
            }
        }
    }

    pub(super) fn table_target(&mut self) {
        if let Some(name) = self.name() {
            self.draft.add_table(name, self.frame.main);
        }
    }

    /// A target that is no table.
    pub(super) fn named(&mut self) {
        if let Some(name) = self.name() {
            self.draft.push(&name.written);
        }
    }
}
