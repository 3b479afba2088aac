//! The trace context: a number that is passed by value, and the one that is current on a thread.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use opentelemetry::{SpanId, TraceId};
use pin_project_lite::pin_project;

use crate::key::TraceKey;
use crate::record::{FieldValue, Note, NoteRecord};
use crate::thread::Thread;
use crate::trace;

/// A place in a trace: the span under which the next one opens.
///
/// It is a number (a slot in the process' slab of open traces, and a span id), so it is `Copy`, lives as long as
/// you like, and goes into spawned tasks, threads, closures and streams without a thought. A context that outlives
/// its trace does no harm: calls made with it are counted in the metrics, and as `late`.
///
/// ```
/// use spanweave::Ctx;
///
/// fn on_another_thread(ctx: Ctx) {
///     std::thread::spawn(move || ctx.enter(|| assert_eq!(Ctx::current(), ctx)));
/// }
/// on_another_thread(Ctx::current());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ctx {
    pub(crate) key: TraceKey,
    pub(crate) span: u64,
}

impl Ctx {
    /// No context: calls made in it open no span. They are still measured by a telemetry handle that was
    /// [installed](crate::Telemetry::install) for the process.
    #[must_use]
    pub const fn none() -> Ctx {
        Ctx { key: TraceKey::NONE, span: 0 }
    }

    /// The context of the traced call, or of the [`Root`](crate::Root), that is running on this thread;
    /// [`Ctx::none`] outside of both.
    #[inline]
    #[must_use]
    pub fn current() -> Ctx {
        Thread::with(Thread::current)
    }

    /// Whoever calls it puts back what was current.
    #[inline]
    pub(crate) fn set_current(self) {
        Thread::with(|thread| thread.set_current(self));
    }

    /// Whether this is [`Ctx::none`].
    #[inline]
    pub fn is_none(self) -> bool {
        self.key == TraceKey::NONE
    }

    /// Whether spans opened in this context are recorded: there is an exporter, and the trace was sampled or may
    /// still be [kept](crate::Keep) for how it ends.
    #[inline]
    pub fn is_recording(self) -> bool {
        self.key.is_recording()
    }

    /// Whether the trace was sampled when it started: what a `traceparent` tells the next service.
    #[inline]
    pub fn is_sampled(self) -> bool {
        self.key.is_sampled()
    }

    /// Runs `f` with this context as the current one.
    ///
    /// Only for as long as `f` runs: a future made in it takes the context along if it is a traced call, and
    /// anything else wants [`in_ctx`](InCtx::in_ctx).
    #[inline]
    pub fn enter<R>(self, f: impl FnOnce() -> R) -> R {
        let _entered = Entered::new(self);
        f()
    }

    /// [`run`](Ctx::run) without a closure, for what must not be in one: what is evaluated as the argument of
    /// [`then`](Entering::then) has this context as the current one. The attributes write it.
    #[inline]
    #[must_use = "the context is current for as long as this is there"]
    pub fn entering(self) -> Entering {
        Entering { entered: Entered::new(self), ctx: self }
    }

    /// Makes a future or a stream in this context, and runs it in it: [`enter`](Ctx::enter), and then
    /// [`in_ctx`](InCtx::in_ctx).
    ///
    /// ```
    /// # async fn send_mail() {}
    /// # async fn handler() {
    /// use spanweave::Ctx;
    ///
    /// let ctx = Ctx::current();
    /// tokio::spawn(async move { ctx.run(send_mail).await });
    /// # }
    /// ```
    #[inline]
    pub fn run<F>(self, make: impl FnOnce() -> F) -> WithCtx<F> {
        WithCtx::new(self.enter(make), self)
    }

    /// Wraps a function that runs elsewhere, on a thread or in a pool of threads: it is [entered](Ctx::enter) there.
    ///
    /// ```
    /// # fn rebuild_index() {}
    /// # async fn handler() {
    /// use spanweave::Ctx;
    ///
    /// tokio::task::spawn_blocking(Ctx::current().wrap(rebuild_index));
    /// # }
    /// ```
    pub fn wrap<R>(self, f: impl FnOnce() -> R) -> impl FnOnce() -> R {
        move || self.enter(f)
    }

    /// Sets an attribute on this context's span, if it is open and recorded.
    ///
    /// ```
    /// use spanweave::Ctx;
    ///
    /// Ctx::current().set("rows", 3);
    /// ```
    pub fn set(self, key: &'static str, value: impl FieldValue) {
        if self.is_recording()
            && let Some(value) = value.field_value()
            && let Some(note) = NoteRecord::new(self.span, Note::Attribute { key, value })
        {
            trace::note(self.key, note);
        }
    }

    /// The id of the trace; `None` without one, and once the trace is over and its place was given to another.
    pub fn trace_id(self) -> Option<TraceId> {
        trace::trace_id(self.key).map(|id| TraceId::from_bytes(id.to_be_bytes()))
    }

    /// The id of the span; of the root where the trace is not recorded, and `None` outside any trace.
    pub fn span_id(self) -> Option<SpanId> {
        (self.span != 0).then(|| SpanId::from_bytes(self.span.to_be_bytes()))
    }
}

/// The ids, as a log line would show them.
impl fmt::Debug for Ctx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("Ctx(none)");
        }
        f.debug_struct("Ctx").field("trace_id", &self.trace_id()).field("span_id", &self.span_id()).finish()
    }
}

/// Has made a context current, and puts back the one before when dropped. Not to be moved to another thread.
pub(crate) struct Entered {
    before: Ctx,
    _not_send: PhantomData<*const ()>,
}

impl Entered {
    #[inline]
    pub(crate) fn new(ctx: Ctx) -> Entered {
        let before = Ctx::current();
        ctx.set_current();
        Entered { before, _not_send: PhantomData }
    }
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        self.before.set_current();
    }
}

/// A context that is current until there is a future to run in it; made by [`Ctx::entering`].
pub struct Entering {
    entered: Entered,
    ctx: Ctx,
}

impl Entering {
    /// Makes what was current before current again, and runs the future in the context.
    #[inline]
    pub fn then<F: IntoFuture>(self, future: F) -> WithCtx<F::IntoFuture> {
        drop(self.entered);
        WithCtx::new(future.into_future(), self.ctx)
    }
}

impl fmt::Debug for Entering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entering").field(&self.ctx).finish()
    }
}

/// Futures that run in a context.
pub trait InCtx: Future + Sized {
    /// Makes `ctx` current whenever the future is polled.
    ///
    /// ```
    /// # async fn send_mail() {}
    /// # async fn handler() {
    /// use spanweave::{Ctx, InCtx};
    ///
    /// tokio::spawn(send_mail().in_ctx(Ctx::current()));
    /// # }
    /// ```
    #[inline]
    fn in_ctx(self, ctx: Ctx) -> WithCtx<Self> {
        WithCtx::new(self, ctx)
    }
}

impl<F: Future> InCtx for F {}

pin_project! {
    /// A future or a stream that runs in a context; see [`Ctx::run`] and [`InCtx::in_ctx`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct WithCtx<F> {
        #[pin]
        inner: F,
        ctx: Ctx,
    }
}

impl<F> WithCtx<F> {
    #[inline]
    pub(crate) fn new(inner: F, ctx: Ctx) -> WithCtx<F> {
        WithCtx { inner, ctx }
    }
}

impl<F: Future> Future for WithCtx<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = Entered::new(*this.ctx);
        this.inner.poll(cx)
    }
}

impl<S: Stream> Stream for WithCtx<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let _entered = Entered::new(*this.ctx);
        this.inner.poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::Ctx;
    use crate::key::{Recording, TraceKey};

    #[test]
    fn a_context_is_two_words() {
        assert_eq!(size_of::<Ctx>(), 16);
    }

    #[test]
    fn entering_nests_and_survives_a_panic() {
        let outer = Ctx { key: TraceKey::without_slot(9, Recording::Off), span: 1 };
        let inner = Ctx { key: TraceKey::without_slot(9, Recording::Off), span: 2 };
        outer.enter(|| {
            let panicked = std::panic::catch_unwind(|| inner.enter(|| panic!("on purpose")));
            assert!(panicked.is_err());
            assert_eq!(Ctx::current(), outer);
        });
        assert!(Ctx::current().is_none());
    }
}
