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

#[path = "versioned/error.rs"]
mod error;
#[path = "versioned/executor.rs"]
mod executor;
#[path = "versioned/pool.rs"]
mod pool;
#[path = "query_0_9.rs"]
mod query;
#[path = "versioned/transaction.rs"]
mod transaction;

pub use self::pool::{Acquiring, PoolHandle};

use std::any::Any;

use sqlx_core::error::ErrorKind;

/// The kinds of errors of a database that this version tells apart.
fn kind(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::UniqueViolation => "unique_violation",
        ErrorKind::ForeignKeyViolation => "foreign_key_violation",
        ErrorKind::NotNullViolation => "not_null_violation",
        ErrorKind::CheckViolation => "check_violation",
        ErrorKind::ExclusionViolation => "exclusion_violation",
        _ => "database",
    }
}

/// The rows that a statement changed, if the feature of its driver is on: nobody else knows the driver's result.
#[cfg_attr(
    not(any(feature = "mysql", feature = "postgres", feature = "sqlite")),
    expect(unused_variables, reason = "no driver is known")
)]
fn affected(result: &dyn Any) -> Option<u64> {
    #[cfg(feature = "postgres")]
    if let Some(result) = result.downcast_ref::<sqlx_postgres::PgQueryResult>() {
        return Some(result.rows_affected());
    }
    #[cfg(feature = "mysql")]
    if let Some(result) = result.downcast_ref::<sqlx_mysql::MySqlQueryResult>() {
        return Some(result.rows_affected());
    }
    #[cfg(feature = "sqlite")]
    if let Some(result) = result.downcast_ref::<sqlx_sqlite::SqliteQueryResult>() {
        return Some(result.rows_affected());
    }
    None
}
