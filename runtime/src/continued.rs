//! Calls that go on in what their function returned: a future, or a stream.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use crate::call::{Call, Traced};
use crate::ctx::{Ctx, WithCtx};
use crate::outcome::{
    AnyReturn, AnyReturns, ClassedReturn, Classify, ErrorClass, Outcome, PlainReturns, ResultReturn,
    ResultReturns, Returns,
};

/// What becomes of a call when its function has returned `R`.
pub trait Continue<R> {
    /// What the caller gets in the place of `R`.
    type Output;

    /// Gives the call to what was returned, or ends it.
    fn go_on(self, call: Call, returned: R) -> Self::Output;
}

/// The function returned a future; the call ends with its output, which is of the class `C`.
#[derive(Clone, Copy, Debug)]
pub struct FutureReturn<C>(pub C);

/// The function returned a stream; the call ends with it, in an error if one of its items, of the class `C`, was one.
#[derive(Clone, Copy, Debug)]
pub struct StreamReturn<C>(pub C);

/// The function returned a boxed future or stream, and its caller gets one of the same type.
#[derive(Clone, Copy, Debug)]
pub struct BoxedReturn<C>(C);

/// The function returned a `Result` of class `C` with what the call goes on in.
#[derive(Clone, Copy, Debug)]
pub struct Opened<C, G>(pub C, pub G);

impl<F: Future, C: Classify<F::Output>> Continue<F> for FutureReturn<C> {
    type Output = Traced<F, C>;

    #[inline]
    fn go_on(self, call: Call, returned: F) -> Traced<F, C> {
        call.run(self.0, returned)
    }
}

impl<S: Stream, C: Classify<S::Item>> Continue<S> for StreamReturn<C> {
    type Output = TracedStream<S, C>;

    fn go_on(self, call: Call, returned: S) -> TracedStream<S, C> {
        TracedStream { stream: returned, call: StreamCall { call, failed: None }, class: self.0 }
    }
}

impl<R: BoxedCall<C>, C> Continue<R> for BoxedReturn<C> {
    type Output = R;

    fn go_on(self, call: Call, returned: R) -> R {
        returned.traced(call, self.0)
    }
}

impl<T, E, C: Classify<Result<T, E>>, G: Continue<T>> Continue<Result<T, E>> for Opened<C, G> {
    type Output = Result<G::Output, E>;

    fn go_on(self, mut call: Call, returned: Result<T, E>) -> Self::Output {
        if returned.is_err() {
            call.end(C::classify(&returned));
        }
        returned.map(|value| self.1.go_on(call, value))
    }
}

/// What is neither a future nor a stream was all.
impl<R> Continue<R> for AnyReturn {
    type Output = R;

    fn go_on(self, mut call: Call, returned: R) -> R {
        call.end(Outcome::Ok);
        returned
    }
}

/// The boxes that futures and streams are returned in: `Pin<Box<dyn …>>`, also with `Send` and `Sync`.
pub trait Boxed: Sized {
    /// The future's output, or the stream's item.
    type Item;

    /// The same, with `ctx` as the current context whenever it is polled.
    #[must_use]
    fn in_ctx(self, ctx: Ctx) -> Self;
}

/// A [`Boxed`] future or stream whose output or items are of the class `C`.
pub trait BoxedCall<C>: Boxed {
    /// The same, as what a call goes on in.
    #[must_use]
    fn traced(self, call: Call, class: C) -> Self;
}

macro_rules! boxed {
    ($continued:ident: $trait:ident<$item:ident = T> $(+ $auto:ident)*) => {
        impl<'a, T: 'a> Boxed for Pin<Box<dyn $trait<$item = T> $(+ $auto)* + 'a>> {
            type Item = T;

            fn in_ctx(self, ctx: Ctx) -> Self {
                Box::pin(WithCtx::new(self, ctx))
            }
        }

        impl<'a, T: 'a, C> BoxedCall<C> for Pin<Box<dyn $trait<$item = T> $(+ $auto)* + 'a>>
        where
            C: Classify<T> $(+ $auto)* + 'a,
        {
            fn traced(self, call: Call, class: C) -> Self {
                Box::pin($continued(class).go_on(call, self))
            }
        }
    };
}

boxed!(FutureReturn: Future<Output = T>);
boxed!(FutureReturn: Future<Output = T> + Send);
boxed!(FutureReturn: Future<Output = T> + Sync);
boxed!(FutureReturn: Future<Output = T> + Send + Sync);
boxed!(StreamReturn: Stream<Item = T>);
boxed!(StreamReturn: Stream<Item = T> + Send);
boxed!(StreamReturn: Stream<Item = T> + Sync);
boxed!(StreamReturn: Stream<Item = T> + Send + Sync);

impl<R, T, E> Returns<R>
where
    R: Boxed<Item = Result<T, E>>,
    E: ErrorClass,
{
    /// How a call goes on in a box of what tells its error's class.
    #[inline]
    pub fn boxed(self) -> BoxedReturn<ClassedReturn> {
        BoxedReturn(ClassedReturn)
    }
}

impl<R, T, E> ResultReturns<R>
where
    R: Boxed<Item = Result<T, E>>,
{
    /// How a call goes on in a box of a `Result`.
    #[inline]
    pub fn boxed(self) -> BoxedReturn<ResultReturn> {
        BoxedReturn(ResultReturn)
    }
}

impl<R: Boxed> AnyReturns<R> {
    /// How a call goes on in a box of anything else.
    #[inline]
    pub fn boxed(self) -> BoxedReturn<AnyReturn> {
        BoxedReturn(AnyReturn)
    }

    /// What `make` makes, in a context from its making to its end.
    pub fn in_ctx(self, ctx: Ctx, make: impl FnOnce() -> R) -> R {
        ctx.enter(make).in_ctx(ctx)
    }
}

impl<R> PlainReturns<R> {
    /// What only has the name of a box of a future or a stream is all that the function returns.
    #[inline]
    pub fn boxed(self) -> AnyReturn {
        AnyReturn
    }

    /// What `make` makes in a context.
    #[inline]
    pub fn in_ctx(self, ctx: Ctx, make: impl FnOnce() -> R) -> R {
        ctx.enter(make)
    }
}

pin_project! {
    /// The future of a function that returns what its call goes on in; made by [`Call::open`].
    #[must_use = "futures do nothing unless polled"]
    pub struct Opening<F, G> {
        #[pin]
        body: F,
        // Until the body has returned.
        rest: Option<(Call, G)>,
    }
}

impl<F, G> Opening<F, G> {
    #[inline]
    pub(crate) fn new(call: Call, goes_on: G, body: F) -> Opening<F, G> {
        Opening { body, rest: Some((call, goes_on)) }
    }
}

impl<F: Future, G: Continue<F::Output>> Future for Opening<F, G> {
    type Output = G::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<G::Output> {
        let this = self.project();
        let (mut call, goes_on) = this.rest.take().expect("it is not polled after it was ready");
        let polling = call.poll();
        let returned = this.body.poll(cx);
        polling.pending();
        match returned {
            Poll::Ready(returned) => Poll::Ready(goes_on.go_on(call, returned)),
            Poll::Pending => {
                *this.rest = Some((call, goes_on));
                Poll::Pending
            }
        }
    }
}

pin_project! {
    /// A stream that a call goes on in: its own context is current in each poll, and it ends with the stream.
    ///
    /// A stream that is dropped early has simply ended. Its outcome is the first item that was an `Err`, or `ok`.
    #[must_use = "streams do nothing unless polled"]
    pub struct TracedStream<S, C> {
        // Before the call, so that what is cancelled in it ends first.
        #[pin]
        stream: S,
        call: StreamCall,
        class: C,
    }
}

struct StreamCall {
    call: Call,
    failed: Option<Outcome>,
}

impl StreamCall {
    fn outcome(&self) -> Outcome {
        self.failed.unwrap_or(Outcome::Ok)
    }
}

impl Drop for StreamCall {
    fn drop(&mut self) {
        if self.call.is_open() {
            self.call.finish(self.outcome());
        }
    }
}

impl<S: Stream, C: Classify<S::Item>> Stream for TracedStream<S, C> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let outcome = this.call.outcome();
        let polling = this.call.call.poll();
        let polled = this.stream.poll_next(cx);
        match &polled {
            Poll::Ready(None) => polling.ended(outcome),
            Poll::Ready(Some(item)) => {
                polling.pending();
                if this.call.failed.is_none() {
                    this.call.failed = Some(C::classify(item)).filter(|outcome| *outcome != Outcome::Ok);
                }
            }
            Poll::Pending => polling.pending(),
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;

    use futures_core::Stream;

    use super::BoxedReturn;
    use crate::outcome::{AnyReturn, ResultReturn, Returns};

    type Local<'a> = Pin<Box<dyn Future<Output = std::io::Result<u8>> + 'a>>;

    #[test]
    fn boxes_are_told_from_what_is_none_by_their_type() {
        let _: BoxedReturn<ResultReturn> = Returns::<Local<'_>>::NEW.boxed();
        let _: BoxedReturn<AnyReturn> = Returns::<Pin<Box<dyn Stream<Item = u8> + Send>>>::NEW.boxed();
        let _: AnyReturn = Returns::<Box<u8>>::NEW.boxed();
    }
}
