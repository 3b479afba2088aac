//! The targets that stand right behind an operation, and are not named by a clause of it.

use super::{Clauses, Place, Reader};
use crate::summary::name::{Keyword, Name, is_name};
use crate::tokens::{Kind, Token};

impl<'s> Reader<'s> {
    /// Reads on to the targets that follow the operation, if its clauses do not name them.
    pub(super) fn targets(&mut self, keyword: &str) {
        match keyword {
            "DELETE" => self.frame.clauses = Clauses::FromAndUsing,
            "INSERT" | "REPLACE" | "MERGE" => {
                if keyword == "MERGE" {
                    self.frame.clauses = Clauses::FromAndUsing;
                }
                self.skip_words(&[
                    "OR",
                    "ABORT",
                    "FAIL",
                    "IGNORE",
                    "REPLACE",
                    "ROLLBACK",
                    "LOW_PRIORITY",
                    "HIGH_PRIORITY",
                    "DELAYED",
                    "INTO",
                ]);
                self.table_target();
                self.frame.place = Place::Inserted;
            }
            "UPDATE" => {
                self.skip_words(&["OR", "ABORT", "FAIL", "IGNORE", "REPLACE", "ROLLBACK", "LOW_PRIORITY"]);
                self.frame.place = Place::Table;
            }
            "EXPLAIN" | "DESCRIBE" => self.frame.place = Place::Explained,
            "TRUNCATE" | "LOCK" => {
                self.skip_words(&["TABLE", "TABLES", "ONLY"]);
                self.table_targets();
            }
            "COPY" if !self.next_is_punct("(") => self.table_targets(),
            "CREATE" | "ALTER" | "DROP" => self.definition(keyword),
            "CALL" | "EXEC" | "EXECUTE" | "PRAGMA" => {
                if let Some(name) = self.name() {
                    self.push(&name.written);
                }
                self.frame.place = Place::Skip;
            }
            "SELECT" | "VALUES" | "COPY" => {}
            _ => self.frame.place = Place::Skip,
        }
    }

    /// `CREATE UNIQUE INDEX IF NOT EXISTS name ON tasks …`
    fn definition(&mut self, keyword: &str) {
        self.skip_words(&[
            "OR",
            "REPLACE",
            "GLOBAL",
            "LOCAL",
            "TEMP",
            "TEMPORARY",
            "UNIQUE",
            "UNLOGGED",
            "RECURSIVE",
            "MATERIALIZED",
            "VIRTUAL",
            "FOREIGN",
            "FULLTEXT",
            "SPATIAL",
        ]);
        self.frame.place = Place::Skip;
        let Some(kind) = self.tokens.next_if(|token| token.kind == Kind::Word) else { return };
        let of_kind = Keyword::of(kind);
        let of_kind = of_kind.as_str();
        match of_kind {
            "TABLE" | "VIEW" => {
                self.push(kind.text);
                self.skip_words(&["IF", "NOT", "EXISTS", "ONLY"]);
                self.table_targets();
                if keyword == "CREATE" {
                    // `… AS SELECT`
                    self.frame.place = Place::Rest;
                }
            }
            "INDEX" => {
                self.push(kind.text);
                self.skip_words(&["CONCURRENTLY", "IF", "NOT", "EXISTS"]);
                if !self.next_is_word("ON")
                    && let Some(index) = self.name()
                {
                    self.push(&index.written);
                }
                if self.tokens.next_if(|token| token.is_word("ON")).is_some() {
                    self.skip_words(&["ONLY"]);
                    self.table_target();
                }
            }
            "DATABASE" | "DOMAIN" | "EXTENSION" | "ROLE" | "SCHEMA" | "SEQUENCE" | "TYPE" | "USER" => {
                self.push(kind.text);
                self.skip_words(&["IF", "NOT", "EXISTS"]);
                if let Some(name) = self.name() {
                    self.push(&name.written);
                }
            }
            "EVENT" | "FUNCTION" | "PROCEDURE" | "RULE" | "TRIGGER" => {
                self.push(kind.text);
                self.skip_words(&["IF", "NOT", "EXISTS"]);
                if let Some(name) = self.name() {
                    self.push(&name.written);
                }
                // A body may follow, with statements that are not run now.
                self.done = keyword == "CREATE";
            }
            _ => {}
        }
    }

    fn table_targets(&mut self) {
        self.table_target();
        while self.tokens.next_if(|token| token.is_punct(",")).is_some() {
            self.table_target();
        }
        self.frame.place = Place::Skip;
    }

    fn table_target(&mut self) {
        if let Some(name) = self.name() {
            self.add_table(name);
        }
    }

    fn name(&mut self) -> Option<Name> {
        let first = self.tokens.next_if(|token| is_name(*token))?;
        Some(self.name_from(first))
    }

    fn skip_words(&mut self, words: &[&str]) {
        let skipped = |token: &Token<'s>| words.iter().any(|word| token.is_word(word));
        while self.tokens.next_if(skipped).is_some() {}
    }
}
