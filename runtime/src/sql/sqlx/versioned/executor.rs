//! The executor that takes the place of the user's own.

use std::any::Any;

use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;

use super::query::Seen;
use super::sqlx_core::Either;
use super::sqlx_core::database::Database;
use super::sqlx_core::describe::Describe;
use super::sqlx_core::error::Error;
use super::sqlx_core::executor::{Execute, Executor};
use crate::sql::sqlx::driver::Rows;
use crate::sql::sqlx::sql::Sql;
use crate::sql::sqlx::statement_call::StatementCall;
use crate::sql::sqlx::watch::{Watched, WatchedStream};

/// The rows that a statement changed, if its driver is known.
fn affected(result: &dyn Any) -> Rows {
    Rows::affected(super::AFFECTED.iter().find_map(|of_driver| of_driver(result)))
}

/// Looks at a query on its way to the executor.
fn see<'q, E, Q, DB>(sql: Sql<E>, query: Q) -> (E, Seen<Q, DB>, StatementCall)
where
    Q: Execute<'q, DB>,
    DB: Database,
{
    let mut query = Seen::new(query);
    let statement = sql.statement(DB::NAME, sql.uncommented(query.text()));
    if let Some(commented) = sql.commented(statement, query.text()) {
        query.replace_text(commented);
    }
    let call = sql.call(statement);
    (sql.executor, query, call)
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
        let (executor, query, call) = see(self, query);
        Watched::boxed(executor.execute(query), call, |result| affected(result))
    }

    fn execute_many<'e, 'q: 'e, Q>(
        self,
        query: Q,
    ) -> BoxStream<'e, Result<<X::Database as Database>::QueryResult, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, X::Database>,
    {
        let (executor, query, call) = see(self, query);
        WatchedStream::boxed(executor.execute_many(query), call, Rows::NONE, |result| affected(result))
    }

    fn fetch<'e, 'q: 'e, Q>(self, query: Q) -> BoxStream<'e, Result<<X::Database as Database>::Row, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, X::Database>,
    {
        let (executor, query, call) = see(self, query);
        WatchedStream::boxed(executor.fetch(query), call, Rows::returned(0), |_| Rows::returned(1))
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
        let (executor, query, call) = see(self, query);
        WatchedStream::boxed(executor.fetch_many(query), call, Rows::returned(0), |step| match step {
            Either::Left(result) => affected(result),
            Either::Right(_) => Rows::returned(1),
        })
    }

    fn fetch_all<'e, 'q: 'e, Q>(
        self,
        query: Q,
    ) -> BoxFuture<'e, Result<Vec<<X::Database as Database>::Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, X::Database>,
    {
        let (executor, query, call) = see(self, query);
        Watched::boxed(executor.fetch_all(query), call, |rows| Rows::returned(rows.len() as u64))
    }

    fn fetch_one<'e, 'q: 'e, Q>(
        self,
        query: Q,
    ) -> BoxFuture<'e, Result<<X::Database as Database>::Row, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, X::Database>,
    {
        let (executor, query, call) = see(self, query);
        Watched::boxed(executor.fetch_one(query), call, |_| Rows::returned(1))
    }

    fn fetch_optional<'e, 'q: 'e, Q>(
        self,
        query: Q,
    ) -> BoxFuture<'e, Result<Option<<X::Database as Database>::Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, X::Database>,
    {
        let (executor, query, call) = see(self, query);
        Watched::boxed(executor.fetch_optional(query), call, |row| Rows::returned(row.is_some().into()))
    }

    prepare_methods!();
}
