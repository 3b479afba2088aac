//! A traced call, and the one wrapper around the future of its body.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::amount::CountedValue;
use crate::continued::{Continue, Opening};
use crate::ctx::Ctx;
use crate::outcome::{Classify, Outcome};
use crate::site::Site;
use crate::span::Span;
use crate::thread::Thread;

pin_project! {
    /// A traced call: the future of a method's body, which measures itself and ends in exactly one [`Outcome`].
    ///
    /// Made by [`Call::run`]. The timer starts at the first poll; a future that is never polled leaves no trace.
    #[must_use = "futures do nothing unless polled"]
    pub struct Traced<F, C> {
        // Before the call, so that what is cancelled in it ends first.
        #[pin]
        body: F,
        call: Call,
        class: PhantomData<fn() -> C>,
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
        match &output {
            Poll::Ready(output) => polling.ended(C::classify(output)),
            Poll::Pending => polling.pending(),
        }
        output
    }
}

/// A call, without the future that it runs: a span that opens at the first poll, and closes once.
///
/// Made by [`Method::call`](crate::Method::call).
// Whoever polls does it between `poll` and what `Polling` offers. A poll that does not return has panicked; a call that
// is dropped after its first poll and before its end was cancelled.
#[must_use = "a call measures nothing until it runs a future"]
pub struct Call(Span);

impl Call {
    #[inline]
    pub(crate) fn new(caller: Ctx, site: &'static Site) -> Call {
        Call(Span::unopened(caller, site))
    }

    /// The call with what it adds to the counter of its method, in that one's unit, at its end and whatever its outcome: at
    /// most 2^56 - 1.
    pub fn counting(mut self, value: &dyn CountedValue) -> Call {
        self.0.counts(value.counted_value());
        self
    }

    /// Makes the call out of the future of its body, whose output is of a class that tells the outcome.
    #[inline]
    pub fn run<F, C>(self, _class: C, body: F) -> Traced<F, C> {
        Traced { body, call: self, class: PhantomData }
    }

    /// Runs a function as the call, and ends the call with it.
    #[inline]
    pub fn run_sync<R, C: Classify<R>>(mut self, _class: C, body: impl FnOnce() -> R) -> R {
        let polling = self.poll();
        let returned = body();
        polling.ended(C::classify(&returned));
        returned
    }

    /// Runs a function that returns what the call goes on in: a future or a stream.
    ///
    /// The call opens here, so that what the function calls belongs to it, and its timer starts when what was returned is
    /// first polled. If it never is, the call leaves no trace.
    #[inline]
    pub fn make<R, G: Continue<R>>(mut self, goes_on: G, body: impl FnOnce() -> R) -> G::Output {
        let polling = self.poll();
        let returned = body();
        polling.waits();
        goes_on.go_on(self, returned)
    }

    /// Runs a future that returns what the call goes on in: a stream.
    #[inline]
    pub fn open<F, G>(self, goes_on: G, body: F) -> Opening<F, G> {
        Opening::new(self, goes_on, body)
    }

    /// Makes the call's own context current for a poll; opens its span at the first one.
    #[inline]
    pub(crate) fn poll(&mut self) -> Polling<'_> {
        let before = self.enter();
        Polling { call: self, before }
    }

    /// Returns the context that was current.
    #[inline(never)]
    fn enter(&mut self) -> Ctx {
        Thread::with(|thread| {
            let before = thread.current();
            if self.0.is_to_open() && !self.0.open_here(thread, before) {
                return self.enter_otherwise(before);
            }
            thread.set_current(self.0.ctx());
            self.0.entered();
            before
        })
    }

    #[cold]
    #[inline(never)]
    fn enter_otherwise(&mut self, before: Ctx) -> Ctx {
        self.0.open(before);
        self.0.ctx().set_current();
        self.0.entered();
        before
    }

    /// A function of its own for what nearly always is, in which nothing depends on the outcome.
    #[inline(never)]
    fn leave_ok(&mut self, before: Ctx) {
        self.0.left();
        Thread::with(|thread| {
            thread.set_current(before);
            if !self.0.finish_ok_here(thread) {
                self.finish(Outcome::Ok);
            }
        });
    }

    #[cold]
    #[inline(never)]
    fn leave_otherwise(&mut self, before: Ctx, outcome: Outcome) {
        self.0.left();
        before.set_current();
        self.0.finish(outcome);
    }

    #[cold]
    #[inline(never)]
    fn leave_panicked(&mut self, before: Ctx) {
        self.leave_otherwise(before, Outcome::Panicked);
    }

    /// Takes little of every method, and a call that waits has time.
    #[inline(never)]
    fn leave_pending(before: Ctx) {
        before.set_current();
    }

    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.0.is_open()
    }

    /// The call's own context, once it is open.
    #[cfg(feature = "_sqlx")]
    pub(crate) fn ctx(&self) -> Ctx {
        self.0.ctx()
    }

    /// Ticks since it was opened.
    #[cfg(feature = "_sqlx")]
    pub(crate) fn elapsed(&self) -> u64 {
        self.0.elapsed()
    }

    /// It is of another site than was to be seen at its start.
    #[cfg(any(feature = "_sqlx", feature = "reqwest-middleware"))]
    pub(crate) fn becomes(&mut self, site: &'static Site) {
        self.0.becomes(site);
    }

    /// Ends the call with what its function returned.
    #[cold]
    #[inline(never)]
    pub(crate) fn end(&mut self, outcome: Outcome) {
        self.0.end(outcome);
    }

    /// Ends the call between its polls, unless it has ended.
    #[cold]
    #[inline(never)]
    pub(crate) fn finish(&mut self, outcome: Outcome) {
        self.0.finish(outcome);
    }

    #[cold]
    #[inline(never)]
    fn cancel(&mut self) {
        self.0.drop_unfinished();
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_unfinished() {
            self.cancel();
        }
    }
}

/// A poll of a call; dropped without having been told what came of it, it has panicked.
#[must_use = "a poll that is not said to have returned counts as a panic"]
pub(crate) struct Polling<'c> {
    call: &'c mut Call,
    before: Ctx,
}

// Inlined throughout, so that it is never in memory.
impl Polling<'_> {
    /// The poll returned, and with it the call.
    #[inline]
    pub(crate) fn ended(self, outcome: Outcome) {
        match outcome {
            Outcome::Ok => self.call.leave_ok(self.before),
            _ => self.call.leave_otherwise(self.before, outcome),
        }
        std::mem::forget(self);
    }

    /// Ticks since the call was opened.
    #[cfg(feature = "_sqlx")]
    pub(crate) fn elapsed(&self) -> u64 {
        self.call.elapsed()
    }

    /// [`becomes`](Call::becomes), of its call.
    #[cfg(any(feature = "_sqlx", feature = "reqwest-middleware"))]
    pub(crate) fn becomes(self, site: &'static Site) -> Self {
        self.call.becomes(site);
        self
    }

    /// What was to be made is there, and is not yet run.
    pub(crate) fn waits(self) {
        self.call.0.left();
        Call::leave_pending(self.before);
        self.call.0.wait();
        std::mem::forget(self);
    }

    /// The poll returned, and the call goes on.
    #[inline]
    pub(crate) fn pending(self) {
        self.call.0.left();
        Call::leave_pending(self.before);
        std::mem::forget(self);
    }
}

impl Drop for Polling<'_> {
    #[inline]
    fn drop(&mut self) {
        self.call.leave_panicked(self.before);
    }
}

#[cfg(all(test, not(feature = "tracing-spans")))]
mod tests {
    use super::Call;

    /// Every method that awaits another holds one of these per level.
    #[test]
    fn a_call_is_six_words() {
        assert_eq!(size_of::<Call>(), 48);
    }
}
