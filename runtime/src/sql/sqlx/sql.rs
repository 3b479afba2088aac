//! An executor with its context.

use super::intern;
use super::literal::Literal;
use super::statement_call::{ExecutedBy, StatementCall};
use crate::core::Core;
use crate::ctx::Ctx;
use crate::method::Method;
use crate::sql::source::{Act, Source};
use crate::sql::statement::Statement;

/// An executor whose statements belong to a context; made by [`Ctx::sql`].
///
/// It is itself an executor of the same database, and takes the place of the one it was made of:
///
/// - Every statement is measured by `sqlx_query_duration_seconds{table, operation}`, and in a context that is recorded
///   it has a span of kind `CLIENT`, named by what it does: `SELECT tasks`, `INSERT archive SELECT tasks`. Waiting for a
///   connection of a pool is part of it. A statement whose rows are read from a stream ends with the stream.
/// - The span shows the text with its placeholders. Bound values are nowhere; strings and numbers that stand in the
///   text itself are shown as `?`, and comments are left out.
/// - An error is of a class, such as `unique_violation` or `pool_timed_out`; the code that the database gave stands in
///   `db.response.status_code`. That there was no row where one was asked for is no error of the database: the
///   statement's outcome is `no_row`, and `db.response.returned_rows` is 0. Of a query that maps its rows this is known where
///   it is [said](Sql::one).
/// - Which database is behind `sqlx::Any` is known of a pool, by its URL, where the waiting for its connections is
///   [measured](Sql::acquiring), and of connections and transactions where the attributes name them; it is `other_sql` otherwise.
/// - A stream that its reader drops after a row has simply ended. Dropped while it was waited for, it was cancelled,
///   as any other statement is.
#[derive(Clone, Copy, Debug)]
pub struct Sql<E> {
    pub(super) ctx: Ctx,
    pub(super) executor: E,
    origin: Origin,
    wants_row: bool,
    /// As the executor tells it, where its type does not.
    driver: Option<&'static str>,
}

/// Who executes.
#[derive(Clone, Copy, Debug)]
enum Origin {
    ByHand,
    Method(&'static Method),
    Literal(&'static Literal),
}

impl Ctx {
    /// Executes SQL in this context: wraps any executor of sqlx, such as `&pool`, `&mut *transaction`,
    /// `&mut connection` or an `impl Executor`.
    ///
    /// With [`Ctx::none`] a statement has no span, and is measured all the same.
    ///
    /// ```
    /// # #[cfg(feature = "sqlx")] {
    /// use spanweave::Ctx;
    ///
    /// async fn finish(ctx: Ctx, pool: &sqlx::SqlitePool, task: i64) -> sqlx::Result<bool> {
    ///     let mut transaction = pool.begin().await?;
    ///     let updated = sqlx::query("UPDATE tasks SET done = TRUE WHERE id = ?")
    ///         .bind(task)
    ///         .execute(ctx.sql(&mut *transaction))
    ///         .await?;
    ///     transaction.commit().await?;
    ///     Ok(updated.rows_affected() == 1)
    /// }
    /// # }
    /// ```
    pub fn sql<E>(self, executor: E) -> Sql<E> {
        Sql { ctx: self, executor, origin: Origin::ByHand, wants_row: false, driver: None }
    }
}

/// What the attributes say of any executor. A pool has methods of the same names that say more of it.
pub trait Named: Sized {
    /// The method that executes.
    #[must_use]
    fn of(self, method: &'static Method) -> Self;

    /// The literal that is executed, and its method.
    #[must_use]
    fn literal(self, literal: &'static Literal) -> Self;
}

impl<E> Named for Sql<E> {
    #[inline]
    fn of(self, method: &'static Method) -> Sql<E> {
        Sql { origin: Origin::Method(method), ..self }
    }

    #[inline]
    fn literal(self, literal: &'static Literal) -> Sql<E> {
        Sql { origin: Origin::Literal(literal), ..self }
    }
}

impl<E> Sql<E> {
    /// Says that the statement is to return a row: with none, its outcome is `no_row`. sqlx does not say so where it maps rows,
    /// as in `query_as(…).fetch_one(…)`, which asks for a row that may be missing. The attributes write it.
    #[inline]
    #[must_use]
    pub fn one(self) -> Sql<E> {
        Sql { wants_row: true, ..self }
    }

    /// The same for another executor, that takes the place of this one.
    pub(super) fn with<X>(self, executor: impl FnOnce(E) -> X) -> Sql<X> {
        Sql {
            ctx: self.ctx,
            executor: executor(self.executor),
            origin: self.origin,
            wants_row: self.wants_row,
            driver: self.driver,
        }
    }

    /// The driver is known, whatever the type says.
    pub(super) fn driven_by(self, driver: &'static str) -> Sql<E> {
        Sql { driver: Some(driver), ..self }
    }

    #[inline]
    pub(super) fn statement(&self, driver: &'static str, sql: &str) -> &'static Statement {
        let driver = self.driver.unwrap_or(driver);
        let known = match self.origin {
            Origin::Literal(literal) => literal.statement(driver, sql),
            Origin::ByHand | Origin::Method(_) => None,
        };
        known.unwrap_or_else(|| intern::statement(Source::new(driver, Act::Run, sql)))
    }

    /// The text with the handle's own comment, if it has one to make.
    pub(super) fn commented(&self, statement: &'static Statement, text: &str) -> Option<&'static str> {
        statement.commented(text, self.comment()?)
    }

    /// The text without that comment: it has one where the executor was given a context before.
    pub(super) fn uncommented<'t>(&self, text: &'t str) -> &'t str {
        let stripped = self.comment().and_then(|comment| text.strip_suffix(comment));
        stripped.map_or(text, str::trim_end)
    }

    fn comment(&self) -> Option<&'static str> {
        Core::of(self.ctx.key)?.rules.sql.comment.as_deref()
    }

    /// The call that prepares a statement.
    pub(super) fn preparation(&self, driver: &'static str, sql: &str) -> StatementCall {
        let driver = self.driver.unwrap_or(driver);
        self.call(intern::statement(Source::new(driver, Act::Prepare, sql)))
    }

    #[inline]
    pub(super) fn call(&self, statement: &'static Statement) -> StatementCall {
        let executed_by = match self.origin {
            Origin::ByHand => ExecutedBy::Hand,
            Origin::Method(method) => ExecutedBy::Method(method),
            Origin::Literal(literal) => ExecutedBy::Method(literal.method),
        };
        StatementCall::new(self.ctx, statement, executed_by).wanting_row(self.wants_row)
    }
}
