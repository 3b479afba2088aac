//! The executor that takes the place of the user's own.

use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use sqlx_core::Either;
use sqlx_core::database::Database;
use sqlx_core::describe::Describe;
use sqlx_core::error::Error;
use sqlx_core::executor::{Execute, Executor};
use sqlx_core::sql_str::SqlStr;

use super::intern;
use super::query::Seen;
use super::statement::{Act, Source};
use super::watch::{StatementCall, Watched, WatchedStream};
use crate::ctx::Ctx;

/// An executor whose statements belong to a context; made by [`Ctx::sql`].
///
/// It is itself an [`Executor`] of the same database, and takes the place of the one it was made of:
///
/// - Every statement is measured by `sqlx_query_duration_seconds{table, operation}`, and in a context that is recorded
///   it has a span of kind `CLIENT`, named by what it does: `SELECT tasks`, `INSERT archive SELECT tasks`. Waiting for a
///   connection of a pool is part of it. A statement whose rows are read from a stream ends with the stream.
/// - The span shows the text with its placeholders. Bound values are nowhere; strings and numbers that stand in the
///   text itself are shown as `?`, and comments are left out.
/// - An error is of a class, such as `unique_violation` or `pool_timed_out`; the code that the database gave stands in
///   `db.response.status_code`. [`Error::RowNotFound`] is no error of the database: the statement is `ok`, and
///   `db.response.returned_rows` is 0.
/// - A stream that its reader drops after a row has simply ended. Dropped while it was waited for, it was cancelled,
///   as any other statement is.
#[derive(Clone, Copy, Debug)]
pub struct Sql<E> {
    ctx: Ctx,
    executor: E,
}

impl Ctx {
    /// Executes SQL in this context: wraps any executor of sqlx, such as `&pool`, `&mut *transaction`,
    /// `&mut connection` or an `impl Executor`.
    ///
    /// With [`Ctx::none`] a statement has no span, and is measured all the same.
    ///
    /// ```
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
    /// ```
    pub fn sql<E>(self, executor: E) -> Sql<E> {
        Sql { ctx: self, executor }
    }
}

impl<E> Sql<E> {
    fn see<'q, Q, DB>(self, query: Q) -> (E, Seen<Q, DB>, StatementCall)
    where
        Q: Execute<'q, DB>,
        DB: Database,
    {
        let (query, statement) =
            Seen::new(query, |sql| intern::statement(Source::new(DB::NAME, Act::Run, sql)));
        (self.executor, query, StatementCall::new(self.ctx, statement))
    }
}

impl<'c, X: Executor<'c>> Executor<'c> for Sql<X> {
    type Database = X::Database;

    fn execute<'e, 'q: 'e, Q>(
        self,
        query: Q,
    ) -> BoxFuture<'e, Result<<X::Database as Database>::QueryResult, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, X::Database>,
    {
        let (executor, query, call) = self.see(query);
        Watched::boxed(executor.execute(query), call, |_| None)
    }

    fn execute_many<'e, 'q: 'e, Q>(
        self,
        query: Q,
    ) -> BoxStream<'e, Result<<X::Database as Database>::QueryResult, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, X::Database>,
    {
        let (executor, query, call) = self.see(query);
        WatchedStream::of_results(executor.execute_many(query), call)
    }

    fn fetch<'e, 'q: 'e, Q>(self, query: Q) -> BoxStream<'e, Result<<X::Database as Database>::Row, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, X::Database>,
    {
        let (executor, query, call) = self.see(query);
        WatchedStream::of_rows(executor.fetch(query), call, |_| true)
    }

    fn fetch_many<'e, 'q: 'e, Q>(
        self,
        query: Q,
    ) -> BoxStream<
        'e,
        Result<Either<<X::Database as Database>::QueryResult, <X::Database as Database>::Row>, Error>,
    >
    where
        'c: 'e,
        Q: 'q + Execute<'q, X::Database>,
    {
        let (executor, query, call) = self.see(query);
        WatchedStream::of_rows(executor.fetch_many(query), call, Either::is_right)
    }

    fn fetch_all<'e, 'q: 'e, Q>(
        self,
        query: Q,
    ) -> BoxFuture<'e, Result<Vec<<X::Database as Database>::Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, X::Database>,
    {
        let (executor, query, call) = self.see(query);
        Watched::boxed(executor.fetch_all(query), call, |rows| Some(rows.len() as u64))
    }

    fn fetch_one<'e, 'q: 'e, Q>(
        self,
        query: Q,
    ) -> BoxFuture<'e, Result<<X::Database as Database>::Row, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, X::Database>,
    {
        let (executor, query, call) = self.see(query);
        Watched::boxed(executor.fetch_one(query), call, |_| Some(1))
    }

    fn fetch_optional<'e, 'q: 'e, Q>(
        self,
        query: Q,
    ) -> BoxFuture<'e, Result<Option<<X::Database as Database>::Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, X::Database>,
    {
        let (executor, query, call) = self.see(query);
        Watched::boxed(executor.fetch_optional(query), call, |row| Some(row.is_some().into()))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [<X::Database as Database>::TypeInfo],
    ) -> BoxFuture<'e, Result<<X::Database as Database>::Statement, Error>>
    where
        'c: 'e,
    {
        let statement = intern::statement(Source::new(X::Database::NAME, Act::Prepare, sql.as_str()));
        let call = StatementCall::new(self.ctx, statement);
        Watched::boxed(self.executor.prepare_with(sql, parameters), call, |_| None)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<X::Database>, Error>>
    where
        'c: 'e,
    {
        self.executor.describe(sql)
    }
}
