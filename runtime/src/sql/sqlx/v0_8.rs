//! sqlx 0.8, adapted.

use ::sqlx_core_0_8 as sqlx_core;

/// The methods whose signatures differ between the versions.
macro_rules! prepare_methods {
    () => {
        fn prepare_with<'e, 'q: 'e>(
            self,
            sql: &'q str,
            parameters: &'e [<X::Database as Database>::TypeInfo],
        ) -> BoxFuture<'e, Result<<X::Database as Database>::Statement<'q>, Error>>
        where
            'c: 'e,
        {
            let call = self.preparation(X::Database::NAME, sql);
            Watched::boxed(self.executor.prepare_with(sql, parameters), call, |_| Rows::NONE)
        }

        fn describe<'e, 'q: 'e>(self, sql: &'q str) -> BoxFuture<'e, Result<Describe<X::Database>, Error>>
        where
            'c: 'e,
        {
            self.executor.describe(sql)
        }
    };
}

/// The methods of an executor of its own pool whose signatures differ between the versions.
macro_rules! acquiring_prepare_methods {
    () => {
        fn prepare_with<'e, 'q: 'e>(
            self,
            sql: &'q str,
            parameters: &'e [DB::TypeInfo],
        ) -> BoxFuture<'e, Result<DB::Statement<'q>, Error>>
        where
            'p: 'e,
        {
            Box::pin(async move { acquire(&self.0).await?.prepare_with(sql, parameters).await })
        }

        fn describe<'e, 'q: 'e>(self, sql: &'q str) -> BoxFuture<'e, Result<Describe<DB>, Error>>
        where
            'p: 'e,
        {
            Box::pin(async move { acquire(&self.0).await?.describe(sql).await })
        }
    };
}

#[path = "versioned/query_0_8.rs"]
mod query;
#[path = "versioned/mod.rs"]
mod versioned;

pub use self::versioned::{Acquiring, PoolHandle};

use std::any::Any;

/// How the results of `Any`, and of the drivers whose features are on, tell the rows that a statement changed.
const AFFECTED: &[fn(&dyn Any) -> Option<u64>] = &[
    |result| Some(result.downcast_ref::<sqlx_core::any::AnyQueryResult>()?.rows_affected()),
    #[cfg(feature = "mysql-0_8")]
    |result| Some(result.downcast_ref::<sqlx_mysql_0_8::MySqlQueryResult>()?.rows_affected()),
    #[cfg(feature = "postgres-0_8")]
    |result| Some(result.downcast_ref::<sqlx_postgres_0_8::PgQueryResult>()?.rows_affected()),
    #[cfg(feature = "sqlite-0_8")]
    |result| Some(result.downcast_ref::<sqlx_sqlite_0_8::SqliteQueryResult>()?.rows_affected()),
];

/// The class of an error's kind that only 0.9 has.
fn class_of_newer_kind(_: &sqlx_core::error::ErrorKind) -> &'static str {
    "database"
}
