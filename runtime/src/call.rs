//! The one wrapper around a traced call.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::ctx::{Ctx, Entered};
use crate::method::Method;
use crate::outcome::{Classify, Outcome};
use crate::record::Describe;
use crate::span::OpenSpan;

pin_project! {
    /// A traced call: the future of a method's body, which measures itself and ends in exactly one [`Outcome`].
    ///
    /// Made by [`Method::call`]. The timer starts at the first poll; a future that is never polled leaves no trace.
    #[must_use = "futures do nothing unless polled"]
    pub struct Traced<F, C> {
        // Before the call, so that what is cancelled in it ends first.
        #[pin]
        body: F,
        call: Call,
        class: PhantomData<fn() -> C>,
    }
}

impl<F, C> Traced<F, C> {
    #[inline]
    pub(crate) fn new(method: &'static Method, body: F) -> Traced<F, C> {
        Traced { body, call: Call::new(Ctx::current(), method), class: PhantomData }
    }
}

impl<F, C> Future for Traced<F, C>
where
    F: Future,
    C: Classify<F::Output>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let entered = this.call.enter();
        let output = this.body.poll(cx);
        this.call.leave();
        if let Poll::Ready(output) = &output {
            this.call.finish(C::classify(output));
        }
        drop(entered);
        output
    }
}

/// The part of a call that does not depend on types: a span that opens at the first poll, and closes once.
///
/// Whoever polls brackets each poll with [`enter`](Call::enter) and [`leave`](Call::leave). Dropped in between, the
/// call has panicked; dropped at any other time after its first poll, it was cancelled.
pub(crate) struct Call {
    state: State,
    polling: bool,
}

enum State {
    Unpolled { caller: Ctx, what: &'static dyn Describe },
    Running(OpenSpan),
    Finished,
}

impl Call {
    #[inline]
    pub(crate) fn new(caller: Ctx, what: &'static dyn Describe) -> Call {
        Call { state: State::Unpolled { caller, what }, polling: false }
    }

    /// Makes the call's own context current for a poll; opens its span at the first one.
    #[inline]
    pub(crate) fn enter(&mut self) -> Entered {
        self.polling = true;
        match &self.state {
            State::Running(span) => Entered::new(span.ctx()),
            State::Unpolled { caller, what } => {
                // A future made outside any context belongs where it is first polled.
                let caller = if caller.is_none() { Ctx::current() } else { *caller };
                let span = OpenSpan::start(caller, *what);
                let entered = Entered::new(span.ctx());
                self.state = State::Running(span);
                entered
            }
            State::Finished => Entered::new(Ctx::current()),
        }
    }

    /// The poll returned.
    #[inline]
    pub(crate) fn leave(&mut self) {
        self.polling = false;
    }

    #[inline]
    pub(crate) fn finish(&mut self, outcome: Outcome) {
        if let State::Running(span) = &self.state {
            span.finish(outcome);
            self.state = State::Finished;
        }
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        self.finish(if self.polling { Outcome::Panicked } else { Outcome::Cancelled });
    }
}

#[cfg(test)]
mod tests {
    use super::Call;

    /// Every method that awaits another holds one of these per level.
    #[test]
    fn a_call_is_eight_words() {
        assert_eq!(size_of::<Call>(), 64);
    }
}
