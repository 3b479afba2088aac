//! A statement of any other client than sqlx, named where it is written.

use std::borrow::Cow;
use std::future::Future;
use std::sync::OnceLock;

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;

use super::source::{Act, Source};
use super::statement::{Reading, Statement, Text};
use crate::call::{Call, Traced};
use crate::ctx::Ctx;
use crate::outcome::{AnyReturn, ResultReturn};
use crate::site::{Describe, Measure, SiteCell};

/// A statement of a database client that is not sqlx, as a static of its own.
///
/// Its span is what [`Ctx::sql`](crate::Ctx::sql) would make of the same text: of kind `CLIENT`, named by the
/// convention's rule, with the text, the operation and the table. The text is read once, on the exporter's thread. There
/// is no metric of its own beside those of the methods around it.
///
/// ```
/// # async fn query_one(_: &str, _: i64) -> Result<String, std::io::Error> { Ok(String::new()) }
/// use spanweave::sql::Query;
///
/// static FIND: Query = Query::new("postgresql", "SELECT name FROM users WHERE id = $1");
///
/// async fn find(id: i64) -> Result<String, std::io::Error> {
///     FIND.try_run(query_one(FIND.text(), id)).await
/// }
/// ```
#[derive(Debug)]
pub struct Query {
    system: &'static str,
    text: &'static str,
    statement: OnceLock<Statement>,
    site: SiteCell,
}

impl Query {
    /// A statement in the language of `system`, which is a value of the convention's `db.system.name`:
    /// `postgresql`, `mysql`, `sqlite`, or any other.
    #[must_use]
    pub const fn new(system: &'static str, text: &'static str) -> Query {
        Query { system, text, statement: OnceLock::new(), site: SiteCell::new() }
    }

    /// The text, to be given to the client.
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// Makes a future the statement's execution. Whatever it returns, the outcome is `ok`;
    /// [`try_run`](Query::try_run) tells an `Err`.
    #[inline]
    pub fn run<F: Future>(&'static self, execution: F) -> Traced<F, AnyReturn> {
        Call::new(Ctx::current(), self.site.get(self)).run(AnyReturn, execution)
    }

    /// [`run`](Query::run), for a future that returns a `Result`: an `Err` is the statement's outcome.
    #[inline]
    pub fn try_run<F, T, E>(&'static self, execution: F) -> Traced<F, ResultReturn>
    where
        F: Future<Output = Result<T, E>>,
    {
        Call::new(Ctx::current(), self.site.get(self)).run(ResultReturn, execution)
    }

    fn read(&'static self) -> &'static Statement {
        self.statement.get_or_init(|| {
            let source = Source::new(self.system, Act::Run, self.text);
            let reading = Reading::of(source);
            Statement::new(source, Text::Shown, reading.table_label().to_owned(), reading)
        })
    }
}

impl Describe for Query {
    fn span_name(&'static self) -> Cow<'static, str> {
        self.read().span_name()
    }

    fn span_kind(&'static self) -> SpanKind {
        self.read().span_kind()
    }

    fn attributes(&'static self, into: &mut Vec<KeyValue>) {
        self.read().attributes(into);
    }

    fn statement(&'static self) -> Option<&'static Statement> {
        Some(self.read())
    }

    fn may_repeat(&self) -> bool {
        true
    }

    fn measure(&'static self) -> Measure {
        Measure::Nothing
    }
}
