//! What is created, altered or dropped.

use super::{Place, Reader};
use crate::summary::name::Keyword;
use crate::tokens::Kind;

/// What may stand before the kind of what is defined.
const MODIFIERS: &[&str] = &[
    "OR",
    "REPLACE",
    "GLOBAL",
    "LOCAL",
    "TEMP",
    "TEMPORARY",
    "TRANSIENT",
    "EXTERNAL",
    "UNLOGGED",
    "UNIQUE",
    "CLUSTERED",
    "NONCLUSTERED",
    "FULLTEXT",
    "SPATIAL",
    "RECURSIVE",
    "MATERIALIZED",
    "VIRTUAL",
    "FOREIGN",
    "CONSTRAINT",
    "IGNORE",
    "SQL",
    "SECURITY",
    "INVOKER",
];

impl Reader<'_> {
    /// `CREATE UNIQUE INDEX IF NOT EXISTS name ON tasks …`
    pub(super) fn definition(&mut self, keyword: &str) {
        self.frame.place = Place::Skip;
        self.skip_modifiers();
        let Some(kind) = self.tokens.next_if(|token| token.kind == Kind::Word) else { return };
        let keyword_of_kind = Keyword::of(kind);
        let keyword_of_kind = keyword_of_kind.as_str();
        if !is_kind(keyword_of_kind) {
            return;
        }
        self.draft.push(kind.text);
        self.skip_words(&["CONCURRENTLY", "IF", "NOT", "EXISTS"]);
        match keyword_of_kind {
            "TABLE" | "VIEW" => self.table_definition(keyword),
            "INDEX" => self.index_definition(),
            "EVENT" | "FUNCTION" | "PROCEDURE" | "RULE" | "TRIGGER" => {
                self.named();
                // A body may follow, with statements that are not run now.
                self.done = keyword == "CREATE";
            }
            _ => self.named(),
        }
    }

    fn table_definition(&mut self, keyword: &str) {
        self.skip_word("ONLY");
        if keyword == "DROP" {
            self.table_targets();
        } else {
            self.table_target();
        }
        if keyword == "CREATE" {
            self.frame.place = Place::Before("AS");
        }
    }

    fn index_definition(&mut self) {
        if !self.next_is_word("ON") {
            self.named();
        }
        if self.skip_word("ON") {
            self.skip_word("ONLY");
            self.table_target();
        }
    }

    /// As in `OR REPLACE DEFINER = 'root'@'localhost' SQL SECURITY DEFINER`.
    fn skip_modifiers(&mut self) {
        self.skip_words(MODIFIERS);
        while self.next_is_any(&["ALGORITHM", "DEFINER"]) {
            self.tokens.next();
            if self.tokens.next_if(|token| token.is_punct("=")).is_some() {
                self.tokens.next();
                self.skip_host();
            }
            self.skip_words(MODIFIERS);
        }
    }

    /// `@'localhost'`
    fn skip_host(&mut self) {
        if self.tokens.next_if(|token| token.text.starts_with('@')).is_some_and(|token| token.text == "@") {
            self.tokens.next();
        }
    }
}

/// What has a name worth telling.
fn is_kind(keyword: &str) -> bool {
    matches!(
        keyword,
        "DATABASE"
            | "DOMAIN"
            | "EVENT"
            | "EXTENSION"
            | "FUNCTION"
            | "INDEX"
            | "PROCEDURE"
            | "ROLE"
            | "RULE"
            | "SCHEMA"
            | "SEQUENCE"
            | "TABLE"
            | "TRIGGER"
            | "TYPE"
            | "USER"
            | "VIEW"
    )
}
