//! Taking a connection from a pool.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::driver::SqlxError;
use super::pools::Waiting;
use super::sites::{self, ACQUIRE};
use crate::call::Call;
use crate::ctx::{Ctx, Entered};
use crate::outcome::Outcome;

pin_project! {
    /// A future that takes a connection from a pool of sqlx.
    #[must_use = "futures do nothing unless polled"]
    pub struct AcquireWatch<F> {
        // Before the call, so that what is cancelled in it ends first.
        #[pin]
        future: F,
        ctx: Ctx,
        pool: usize,
        waiting: Option<Waiting>,
        call: Call,
    }
}

impl<F> AcquireWatch<F> {
    pub(super) fn new(future: F, ctx: Ctx, pool: usize, driver: &'static str) -> AcquireWatch<F> {
        let call = Call::new(ctx, sites::site(ACQUIRE, driver));
        AcquireWatch { future, ctx, pool, waiting: None, call }
    }
}

impl<F, C, E> Future for AcquireWatch<F>
where
    F: Future<Output = Result<C, E>>,
    E: SqlxError,
{
    type Output = Result<C, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<C, E>> {
        let this = self.project();
        let _given = Entered::new(*this.ctx);
        let polling = this.call.poll();
        let waiting = this.waiting.take().unwrap_or_else(|| Waiting::start(Ctx::current(), *this.pool));
        let acquired = this.future.poll(cx);
        match &acquired {
            Poll::Ready(acquired) => {
                waiting.end(acquired);
                let class = acquired.as_ref().err().map(SqlxError::class);
                polling.ended(class.map_or(Outcome::Ok, Outcome::Error));
            }
            Poll::Pending => {
                *this.waiting = Some(waiting);
                polling.pending();
            }
        }
        acquired
    }
}
