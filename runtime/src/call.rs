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
        let polling = this.call.poll();
        let output = this.body.poll(cx);
        polling.returned(match &output {
            Poll::Ready(output) => Some(C::classify(output)),
            Poll::Pending => None,
        });
        output
    }
}

/// The part of a call that does not depend on types: a span that opens at the first poll, and closes once.
///
/// Whoever polls does it between [`poll`](Call::poll) and [`Polling::returned`]. A poll that does not return has
/// panicked; a call that is dropped after its first poll and before its end was cancelled.
pub(crate) struct Call(State);

enum State {
    Unpolled { caller: Ctx, what: &'static dyn Describe },
    Running(OpenSpan),
    Finished,
}

impl Call {
    #[inline]
    pub(crate) fn new(caller: Ctx, what: &'static dyn Describe) -> Call {
        Call(State::Unpolled { caller, what })
    }

    /// Makes the call's own context current for a poll; opens its span at the first one.
    #[inline]
    pub(crate) fn poll(&mut self) -> Polling<'_> {
        let own = match &self.0 {
            State::Running(span) => span.ctx(),
            State::Unpolled { caller, what } => {
                // A future made outside any context belongs where it is first polled.
                let caller = if caller.is_none() { Ctx::current() } else { *caller };
                let span = OpenSpan::start(caller, *what);
                let own = span.ctx();
                self.0 = State::Running(span);
                own
            }
            State::Finished => Ctx::current(),
        };
        Polling { call: Some(self), _own: Entered::new(own) }
    }

    #[inline]
    fn finish(&mut self, outcome: Outcome) {
        if let State::Running(span) = &self.0 {
            span.finish(outcome);
            self.0 = State::Finished;
        }
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        self.finish(Outcome::Cancelled);
    }
}

/// A poll of a call; dropped without [`returned`](Polling::returned), it has panicked.
#[must_use = "a poll that is not said to have returned counts as a panic"]
pub(crate) struct Polling<'c> {
    call: Option<&'c mut Call>,
    _own: Entered,
}

impl Polling<'_> {
    /// The poll returned; with an outcome, the call has ended.
    #[inline]
    pub(crate) fn returned(mut self, outcome: Option<Outcome>) {
        if let (Some(call), Some(outcome)) = (self.call.take(), outcome) {
            call.finish(outcome);
        }
    }
}

impl Drop for Polling<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            call.finish(Outcome::Panicked);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Call;

    /// Every method that awaits another holds one of these per level.
    #[test]
    fn a_call_is_seven_words() {
        assert_eq!(size_of::<Call>(), 56);
    }
}
