//! What a traced body awaits to begin or end a transaction, or to get a connection: the types decide whether it is sqlx's.

use std::future::Future;

use super::acquire::AcquireWatch;
use super::begin::BeginWatch;
use super::driver::{SqlxError, SqlxPoolConnection, SqlxTransaction};
use super::ending::EndWatch;
use super::pooled::{BeginOn, PoolIdentity};
use super::transaction::{TransactionEnd, TransactionSpan};
use crate::ctx::Ctx;

/// What may begin a transaction; made by [`TransactionSpan::begin`] and [`Ctx::begin`].
#[derive(Debug)]
pub struct Beginning<'t, F> {
    future: F,
    ctx: Ctx,
    driver: Option<&'static str>,
    span: Option<&'t mut TransactionSpan>,
}

/// What may end a transaction; made by [`TransactionSpan::commit`] and [`TransactionSpan::rollback`].
pub struct Ending<'t, F> {
    future: F,
    end: TransactionEnd,
    span: &'t mut TransactionSpan,
}

/// What may take a connection from a pool; made by [`Ctx::acquire`].
#[derive(Debug)]
pub struct Acquisition<F> {
    future: F,
    ctx: Ctx,
    pool: usize,
    driver: Option<&'static str>,
}

/// What is awaited and not of sqlx stays as it is.
pub trait Unwatched {
    /// The user's own.
    type Theirs;

    /// The same.
    fn watched(self) -> Self::Theirs;
}

impl TransactionSpan {
    /// Begins the transaction with `future`, or on the pool itself.
    pub fn begin<P: BeginOn<F>, F>(&mut self, pool: P, future: F) -> Beginning<'_, P::Future> {
        let driver = pool.driver();
        Beginning { future: pool.begin(future), ctx: self.ctx(), driver, span: Some(self) }
    }

    /// Commits the transaction with `future`.
    pub fn commit<F>(&mut self, future: F) -> Ending<'_, F> {
        Ending { future, end: TransactionEnd::Commit, span: self }
    }

    /// Rolls the transaction back with `future`.
    pub fn rollback<F>(&mut self, future: F) -> Ending<'_, F> {
        Ending { future, end: TransactionEnd::Rollback, span: self }
    }
}

impl Ctx {
    /// Begins a transaction of which nothing is seen but its beginning; the attributes write it.
    pub fn begin<'t, P: BeginOn<F>, F>(self, pool: P, future: F) -> Beginning<'t, P::Future> {
        let driver = pool.driver();
        Beginning { future: pool.begin(future), ctx: self, driver, span: None }
    }

    /// Takes a connection from a pool; the attributes write it.
    #[expect(clippy::needless_pass_by_value, reason = "as `begin` takes it")]
    pub fn acquire<F>(self, pool: impl PoolIdentity, future: F) -> Acquisition<F> {
        Acquisition { future, ctx: self, pool: pool.identity(), driver: pool.driver() }
    }
}

impl<'t, F, T, E> Beginning<'t, F>
where
    F: Future<Output = Result<T, E>>,
    T: SqlxTransaction,
    E: SqlxError,
{
    /// The future with its spans.
    pub fn watched(self) -> BeginWatch<'t, F> {
        BeginWatch::new(self.future, self.ctx, self.driver.unwrap_or(T::DRIVER), self.span)
    }
}

impl<'t, F, E> Ending<'t, F>
where
    F: Future<Output = Result<(), E>>,
    E: SqlxError,
{
    /// The future with its spans.
    pub fn watched(self) -> EndWatch<'t, F> {
        EndWatch::new(self.future, self.end, self.span)
    }
}

impl<F, C, E> Acquisition<F>
where
    F: Future<Output = Result<C, E>>,
    C: SqlxPoolConnection,
    E: SqlxError,
{
    /// The future with its span.
    pub fn watched(self) -> AcquireWatch<F> {
        AcquireWatch::new(self.future, self.ctx, self.pool, self.driver.unwrap_or(C::DRIVER))
    }
}

impl<F> Unwatched for Beginning<'_, F> {
    type Theirs = F;

    fn watched(self) -> F {
        self.future
    }
}

impl<F> Unwatched for Ending<'_, F> {
    type Theirs = F;

    fn watched(self) -> F {
        self.future
    }
}

impl<F> Unwatched for Acquisition<F> {
    type Theirs = F;

    fn watched(self) -> F {
        self.future
    }
}
