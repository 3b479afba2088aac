//! What is a pool, and what is none: the types decide, where an attribute only sees words.

use super::pools::{PoolState, Server};

/// The receiver of a `begin()` or an `acquire()` in a traced body: `Pooled(&self.pool).get()` is the pool, if it is one of
/// sqlx, and [`NoPool`] for everything else.
#[derive(Debug)]
pub struct Pooled<'r, R: ?Sized>(pub &'r R);

/// No pool that is known here.
#[derive(Clone, Copy, Debug)]
pub struct NoPool;

/// [`Pooled`] of anything that is no pool of sqlx.
pub trait Unpooled {
    /// Nothing. By value, so that no borrow of the receiver is there while what comes of it is awaited.
    fn get(self) -> NoPool;
}

impl<R: ?Sized> Unpooled for Pooled<'_, R> {
    #[inline]
    fn get(self) -> NoPool {
        NoPool
    }
}

/// How a transaction is begun where `F` was about to do it.
pub trait BeginOn<F>: PoolIdentity {
    /// Begins it.
    type Future;

    /// Takes the place of the future that would have begun it, which is not polled any more.
    fn begin(self, future: F) -> Self::Future;
}

/// The future itself.
impl<F> BeginOn<F> for NoPool {
    type Future = F;

    #[inline]
    fn begin(self, future: F) -> F {
        future
    }
}

/// What tells a pool from others.
pub trait PoolIdentity {
    /// The same for all clones of a pool, as long as there is one; 0 for none.
    fn identity(&self) -> usize;

    /// The driver of its connections, where it is known.
    fn driver(&self) -> Option<&'static str>;
}

impl PoolIdentity for NoPool {
    fn identity(&self) -> usize {
        0
    }

    fn driver(&self) -> Option<&'static str> {
        None
    }
}

/// A pool of sqlx, as [`Telemetry::watch_pool`](crate::Telemetry::watch_pool) takes it.
// Its methods are for spanweave alone.
pub trait WatchablePool {
    #[doc(hidden)]
    fn identity(&self) -> usize;
    #[doc(hidden)]
    fn server(&self) -> Server;
    #[doc(hidden)]
    fn state(&self) -> Box<dyn PoolState>;
}
