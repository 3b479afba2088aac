//! sqlx 0.9, adapted.

use ::sqlx_core;

/// The methods whose signatures differ between the versions.
macro_rules! prepare_methods {
    () => {
        fn prepare_with<'e>(
            self,
            sql: super::sqlx_core::sql_str::SqlStr,
            parameters: &'e [<X::Database as Database>::TypeInfo],
        ) -> BoxFuture<'e, Result<<X::Database as Database>::Statement, Error>>
        where
            'c: 'e,
        {
            let call = self.preparation(X::Database::NAME, sql.as_str());
            Watched::boxed(self.executor.prepare_with(sql, parameters), call, |_| Rows::NONE)
        }

        fn describe<'e>(
            self,
            sql: super::sqlx_core::sql_str::SqlStr,
        ) -> BoxFuture<'e, Result<Describe<X::Database>, Error>>
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
        fn prepare_with<'e>(
            self,
            sql: super::sqlx_core::sql_str::SqlStr,
            parameters: &'e [DB::TypeInfo],
        ) -> BoxFuture<'e, Result<DB::Statement, Error>>
        where
            'p: 'e,
        {
            Box::pin(async move { acquire(&self.0).await?.prepare_with(sql, parameters).await })
        }

        fn describe<'e>(
            self,
            sql: super::sqlx_core::sql_str::SqlStr,
        ) -> BoxFuture<'e, Result<Describe<DB>, Error>>
        where
            'p: 'e,
        {
            Box::pin(async move { acquire(&self.0).await?.describe(sql).await })
        }
    };
}

#[path = "versioned/query_0_9.rs"]
mod query;
#[path = "versioned/mod.rs"]
mod versioned;

pub use self::versioned::{Acquiring, PoolHandle};

use std::any::Any;

/// How the results of `Any`, and of the drivers whose features are on, tell the rows that a statement changed.
const AFFECTED: &[fn(&dyn Any) -> Option<u64>] = &[
    |result| Some(result.downcast_ref::<sqlx_core::any::AnyQueryResult>()?.rows_affected()),
    #[cfg(feature = "mysql")]
    |result| Some(result.downcast_ref::<sqlx_mysql::MySqlQueryResult>()?.rows_affected()),
    #[cfg(feature = "postgres")]
    |result| Some(result.downcast_ref::<sqlx_postgres::PgQueryResult>()?.rows_affected()),
    #[cfg(feature = "sqlite")]
    |result| Some(result.downcast_ref::<sqlx_sqlite::SqliteQueryResult>()?.rows_affected()),
];

/// The class of an error's kind that 0.8 does not have.
fn class_of_newer_kind(kind: &sqlx_core::error::ErrorKind) -> &'static str {
    match kind {
        sqlx_core::error::ErrorKind::ExclusionViolation => "exclusion_violation",
        _ => "database",
    }
}
