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

#[path = "versioned/error.rs"]
mod error;
#[path = "versioned/executor.rs"]
mod executor;
#[path = "versioned/pool.rs"]
mod pool;
#[path = "query_0_8.rs"]
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
        _ => "database",
    }
}

/// The rows that a statement changed, if the feature of its driver is on: nobody else knows the driver's result.
#[cfg_attr(
    not(any(feature = "mysql-0_8", feature = "postgres-0_8", feature = "sqlite-0_8")),
    expect(unused_variables, reason = "no driver is known")
)]
fn affected(result: &dyn Any) -> Option<u64> {
    #[cfg(feature = "postgres-0_8")]
    if let Some(result) = result.downcast_ref::<sqlx_postgres_0_8::PgQueryResult>() {
        return Some(result.rows_affected());
    }
    #[cfg(feature = "mysql-0_8")]
    if let Some(result) = result.downcast_ref::<sqlx_mysql_0_8::MySqlQueryResult>() {
        return Some(result.rows_affected());
    }
    #[cfg(feature = "sqlite-0_8")]
    if let Some(result) = result.downcast_ref::<sqlx_sqlite_0_8::SqliteQueryResult>() {
        return Some(result.rows_affected());
    }
    None
}
