//! Pools: executing over one with the waiting for a connection measured apart, and what a handle asks of one.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use futures_util::TryStreamExt;

use super::any::driver_of_pool;
use super::sqlx_core::Either;
use super::sqlx_core::connection::ConnectOptions;
use super::sqlx_core::database::Database;
use super::sqlx_core::describe::Describe;
use super::sqlx_core::error::Error;
use super::sqlx_core::executor::{Execute, Executor};
use super::sqlx_core::pool::{Pool, PoolConnection};
use super::sqlx_core::transaction::Transaction;
use super::sqlx_core::try_stream;
use crate::ctx::Ctx;
use crate::method::Method;
use crate::sql::sqlx::driver::SqlxPoolConnection;
use crate::sql::sqlx::literal::Literal;
use crate::sql::sqlx::pooled::{BeginOn, PoolIdentity, Pooled, WatchablePool};
use crate::sql::sqlx::pools::{PoolCounts, PoolState, Server, Waiting};
use crate::sql::sqlx::sql::{Named, Sql};

/// The executor that a pool is, with the waiting for a connection measured apart; made by [`Sql::acquiring`].
///
/// It does what sqlx does for `&Pool`: takes a connection, and gives it back behind the last row.
pub struct Acquiring<DB: Database>(Pool<DB>);

impl<DB: Database> fmt::Debug for Acquiring<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Acquiring").field(&self.0).finish()
    }
}

impl<DB: Database> Sql<&Pool<DB>>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    /// Measures the waiting for a connection apart: by `db_client_connection_wait_time_seconds`, and on the statement's
    /// span as `db.client.connection.wait_time`, in seconds.
    #[must_use]
    pub fn acquiring(self) -> Sql<Acquiring<DB>> {
        let driver = driver_of_pool(self.executor);
        self.driven_by(driver).with(|pool| Acquiring(pool.clone()))
    }

    /// What the attributes say: the method that executes.
    #[must_use]
    pub fn of(self, method: &'static Method) -> Sql<Acquiring<DB>> {
        Named::of(self.acquiring(), method)
    }

    /// What the attributes say: the literal that is executed, and its method.
    #[must_use]
    pub fn literal(self, literal: &'static Literal) -> Sql<Acquiring<DB>> {
        Named::literal(self.acquiring(), literal)
    }
}

/// Takes a connection, for the span that is current when it is polled first.
async fn acquire<DB: Database>(pool: &Pool<DB>) -> Result<PoolConnection<DB>, Error> {
    let waiting = Waiting::start(Ctx::current(), identity(pool));
    let acquired = pool.acquire().await;
    waiting.end(&acquired);
    acquired
}

/// Where what all clones of a pool share is in memory.
fn identity<DB: Database>(pool: &Pool<DB>) -> usize {
    std::ptr::from_ref(pool.options()).addr()
}

impl<'p, DB: Database> Executor<'p> for Acquiring<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    type Database = DB;

    fn fetch_many<'e, 'q: 'e, Q>(
        self,
        query: Q,
    ) -> BoxStream<'e, Result<Either<DB::QueryResult, DB::Row>, Error>>
    where
        'p: 'e,
        Q: 'q + Execute<'q, DB>,
    {
        Box::pin(try_stream! {
            let mut connection = acquire(&self.0).await?;
            let mut results = connection.fetch_many(query);
            while let Some(result) = results.try_next().await? {
                r#yield!(result);
            }
            Ok(())
        })
    }

    fn fetch_optional<'e, 'q: 'e, Q>(self, query: Q) -> BoxFuture<'e, Result<Option<DB::Row>, Error>>
    where
        'p: 'e,
        Q: 'q + Execute<'q, DB>,
    {
        Box::pin(async move { acquire(&self.0).await?.fetch_optional(query).await })
    }

    acquiring_prepare_methods!();
}

/// A pool that an attribute has found as the receiver of a call; see [`Pooled`].
pub struct PoolHandle<DB: Database>(Pool<DB>);

impl<DB: Database> fmt::Debug for PoolHandle<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PoolHandle").field(&self.0).finish()
    }
}

impl<DB: Database> Pooled<'_, Pool<DB>> {
    /// The pool.
    #[must_use]
    pub fn get(self) -> PoolHandle<DB> {
        PoolHandle(self.0.clone())
    }
}

impl<DB: Database> Pooled<'_, &Pool<DB>> {
    /// The pool.
    #[must_use]
    pub fn get(self) -> PoolHandle<DB> {
        PoolHandle((*self.0).clone())
    }
}

impl<DB: Database> PoolIdentity for PoolHandle<DB> {
    fn identity(&self) -> usize {
        identity(&self.0)
    }

    fn driver(&self) -> Option<&'static str> {
        Some(driver_of_pool(&self.0))
    }
}

/// What `pool.begin()` does, in two steps that are measured apart.
impl<DB: Database, F> BeginOn<F> for PoolHandle<DB> {
    type Future = BoxFuture<'static, Result<Transaction<'static, DB>, Error>>;

    fn begin(self, _never_polled: F) -> Self::Future {
        Box::pin(async move { Transaction::begin(acquire(&self.0).await?, None).await })
    }
}

impl<DB: Database> SqlxPoolConnection for PoolConnection<DB> {
    const DRIVER: &'static str = DB::NAME;
}

impl<DB: Database> WatchablePool for Pool<DB> {
    fn identity(&self) -> usize {
        identity(self)
    }

    fn server(&self) -> Server {
        // Some options make the drivers panic here; telemetry does without.
        let url = || catch_unwind(AssertUnwindSafe(|| self.connect_options().to_url_lossy())).ok();
        Server::of(driver_of_pool(self), || {
            let url = url()?;
            Some((url.host_str().map(str::to_owned), url.port(), url.path().to_owned()))
        })
    }

    fn state(&self) -> Box<dyn PoolState> {
        Box::new(self.clone())
    }
}

impl<DB: Database> PoolState for Pool<DB> {
    fn counts(&self) -> Option<PoolCounts> {
        let counts = PoolCounts {
            open: self.size().into(),
            idle: self.num_idle() as u64,
            max: self.options().get_max_connections().into(),
        };
        (!self.is_closed()).then_some(counts)
    }
}
