//! A statement that stands as a literal in a traced body, read when the attribute expanded.

use std::sync::OnceLock;

use spanweave_sql::Summary;

use super::intern;
use crate::method::Method;
use crate::sql::source::{Act, Source};
use crate::sql::statement::{Reading, Statement};

/// A statement whose text is a literal: a static in the method that executes it, written by the attributes.
#[derive(Debug)]
pub struct Literal {
    pub(super) method: &'static Method,
    text: &'static str,
    summary: &'static str,
    operation: &'static str,
    table: Option<&'static str>,
    one_table: bool,
    one_statement: bool,
    statement: OnceLock<&'static Statement>,
}

impl Literal {
    /// A statement of `method`, what it does in few words, and its operation: as `spanweave_sql::summarize` tells them.
    #[must_use]
    pub const fn new(
        method: &'static Method,
        text: &'static str,
        summary: &'static str,
        operation: &'static str,
    ) -> Literal {
        Literal {
            method,
            text,
            summary,
            operation,
            table: None,
            one_table: false,
            one_statement: true,
            statement: OnceLock::new(),
        }
    }

    /// The one table that the text names.
    #[must_use]
    pub const fn table(mut self, name: &'static str) -> Literal {
        self.table = Some(name);
        self.one_table = true;
        self
    }

    /// The first of several tables that the text names.
    #[must_use]
    pub const fn first_table(mut self, name: &'static str) -> Literal {
        self.table = Some(name);
        self
    }

    /// The text is several statements.
    #[must_use]
    pub const fn script(mut self) -> Literal {
        self.one_statement = false;
        self
    }

    /// The statement, if `sql` is this text, for the driver that was asked for first.
    pub(super) fn statement(&'static self, driver: &'static str, sql: &str) -> Option<&'static Statement> {
        let statement = *self.statement.get_or_init(|| self.intern(driver));
        let is_text = std::ptr::eq(self.text, sql) || self.text == sql;
        (is_text && statement.source.driver == driver).then_some(statement)
    }

    #[cold]
    fn intern(&self, driver: &'static str) -> &'static Statement {
        let source = Source::new(driver, Act::Run, self.text);
        let summary = Summary {
            operation: self.operation,
            table: self.table.map(str::to_owned),
            one_table: self.one_table,
            one_statement: self.one_statement,
            text: self.summary.to_owned(),
        };
        intern::literal(self.text, source, Reading::given(source, summary))
    }
}
