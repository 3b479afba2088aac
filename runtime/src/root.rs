//! The root of a trace: a request, a job, or whatever an application names.

use std::future::Future;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

#[cfg(feature = "axum")]
use crate::clock::Ticks;
use crate::core::{Core, Metric};
use crate::ctx::Ctx;
use crate::dropped::DropReason;
use crate::key::{Recording, TraceKey};
use crate::origin::Origin;
use crate::outcome::{AnyReturn, ClassedReturn, Classify, ErrorClass, Outcome, ResultReturn};
use crate::propagate::{self, Carried, RemoteParent};
use crate::record::{Note, NoteRecord, Source};
use crate::site::Site;
use crate::span::Span;
use crate::thread::Thread;
use crate::trace::{Lendable, OpenTrace};
use crate::{ids, slab};

/// An open root: the root's span and the buffer of its trace.
///
/// One that is dropped before it was finished was cancelled.
pub(crate) struct OpenRoot {
    core: &'static Core,
    span: Span,
    /// Lent to the thread while the root runs; empty for a trace that is not recorded.
    trace: Lendable,
}

impl OpenRoot {
    #[inline(always)]
    pub(crate) fn start(core: &'static Core, site: &'static Site, remote: Option<RemoteParent>) -> OpenRoot {
        let [high, low, span] = Thread::with(|thread| thread.ids.take());
        let trace_id = remote.map_or(ids::whole([high, low]), |parent| parent.trace_id);
        let recording = core.recording(site, trace_id, remote.map(|parent| parent.sampled));
        let key = match slab::take(trace_id) {
            Some((slot, generation)) => TraceKey::new(core.handle, slot, generation, recording),
            None => TraceKey::without_slot(core.handle, recording),
        };
        let ctx = Ctx { key, span };
        let is_buffered = recording != Recording::Off && key.has_slot();
        let trace = is_buffered.then(|| OpenTrace::new(ctx, core, trace_id));
        let parent = remote.map_or(0, |parent| parent.span_id);
        OpenRoot { core, span: Span::root(ctx, parent, site), trace: ManuallyDrop::new(trace) }
    }

    pub(crate) fn ctx(&self) -> Ctx {
        self.span.ctx()
    }

    /// Adds where it comes from, and what its trace carries on.
    #[cold]
    pub(crate) fn originate(&mut self, mut source: Source, carried: Carried) {
        let Ctx { key, span } = self.ctx();
        if let Some(trace) = self.trace.as_mut() {
            source.trace_state = carried.trace_state.clone();
            if let Some(note) = NoteRecord::new(span, Note::Source(Box::new(source))) {
                trace.note(note);
            }
        }
        propagate::carry_on(self.core, key, carried);
    }

    /// Runs the whole root.
    #[inline]
    pub(crate) fn in_scope<R>(mut self, f: impl FnOnce(Ctx) -> R) -> R {
        let ctx = self.ctx();
        let output = self.run(|| f(ctx));
        self.finish(Outcome::Ok);
        output
    }

    /// Whether it has neither ended nor panicked.
    #[cfg(feature = "axum")]
    pub(crate) fn is_open(&self) -> bool {
        self.span.is_open()
    }

    #[cfg(feature = "axum")]
    pub(crate) fn started(&self) -> Ticks {
        self.span.started()
    }

    /// Runs a part of the root: its context is current and its trace is the thread's own meanwhile. A part that
    /// panics ends the root.
    #[inline]
    pub(crate) fn run<R>(&mut self, part: impl FnOnce() -> R) -> R {
        let running = Running::new(self);
        let output = part();
        running.returned();
        output
    }

    /// Ends the root, and hands its trace over.
    #[inline]
    pub(crate) fn finish(&mut self, outcome: Outcome) {
        self.finish_measured(self.span.site().metrics(outcome).next(), outcome);
    }

    /// Ends a root whose series depends on more than its outcome.
    pub(crate) fn finish_measured(&mut self, metric: Option<Metric>, outcome: Outcome) {
        if !self.span.is_open() {
            return;
        }
        let record = self.span.finish_root(metric, outcome);
        let key = self.ctx().key;
        match (self.trace.take(), record) {
            (Some(trace), Some(record)) => trace.end(record),
            _ if key.is_sampled() => self.core.collector.count_dropped(DropReason::TooManyTraces, 1),
            _ => self.end_left_out(key),
        }
    }

    /// A trace that nothing could bring back.
    #[inline]
    fn end_left_out(&self, key: TraceKey) {
        if self.core.rules.exports {
            self.core.decisions.count(Err(self.core.rules.sampler.left_out_for(self.span.has_parent())));
        }
        end_unrecorded(key);
    }

    /// Ends the root as if it had never been: neither recorded nor measured.
    #[cfg_attr(not(feature = "axum"), expect(dead_code, reason = "only requests turn out not to matter"))]
    pub(crate) fn discard(&mut self) {
        if !self.span.is_open() {
            return;
        }
        let record = self.span.finish_root(None, Outcome::Ok);
        match (self.trace.take(), record) {
            (Some(trace), Some(record)) => trace.discard(record),
            _ => end_unrecorded(self.ctx().key),
        }
    }
}

/// The slot of a trace that is not recorded only knew its id.
fn end_unrecorded(key: TraceKey) {
    if key.has_slot() {
        slab::end_unrecorded(key);
    }
}

impl Drop for OpenRoot {
    #[inline]
    fn drop(&mut self) {
        if self.span.is_open() {
            self.finish(Outcome::Cancelled);
        }
    }
}

/// A part of a root while it runs; dropped without having returned, it has panicked.
struct Running<'r> {
    root: &'r mut OpenRoot,
    before: Ctx,
}

impl Running<'_> {
    #[inline]
    fn new(root: &mut OpenRoot) -> Running<'_> {
        let before = Thread::with(|thread| {
            let before = thread.current();
            thread.set_current(root.ctx());
            thread.active.exchange(&mut root.trace);
            before
        });
        root.span.entered();
        Running { root, before }
    }

    #[inline(always)]
    fn returned(mut self) {
        self.leave();
        std::mem::forget(self);
    }

    #[inline]
    fn leave(&mut self) {
        self.root.span.left();
        // Parts nest, so what is active now is what this one lent; the thread gets back what was active before.
        Thread::with(|thread| {
            thread.active.exchange(&mut self.root.trace);
            thread.set_current(self.before);
        });
    }
}

impl Drop for Running<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.leave();
        self.root.finish(Outcome::Panicked);
    }
}

/// A root that was named and waits to be run; made by [`Telemetry::root`](crate::Telemetry::root).
#[derive(Clone, Copy)]
#[must_use = "a root does nothing until it is run"]
pub struct Root {
    pub(crate) core: &'static Core,
    pub(crate) site: &'static Site,
}

impl Root {
    /// Runs a future as one trace. The trace ends with the future: with its output, a panic, or by being dropped.
    /// Whatever the output is, its outcome is `ok`; [`try_run`](Root::try_run) tells an `Err`.
    ///
    /// ```
    /// # async fn nightly() {}
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let telemetry = spanweave::Telemetry::builder().build()?;
    /// telemetry.root("nightly").run(async { nightly().await }).await;
    /// # Ok::<(), spanweave::ConfigError>(()) }).unwrap();
    /// ```
    #[inline]
    pub fn run<F: Future>(self, future: F) -> RootFuture<F, AnyReturn> {
        RootFuture::new(self, None, future)
    }

    /// [`run`](Root::run), for a future that returns a `Result`: an `Err` is the root's outcome, with its type for a class. One that is
    /// an [`ErrorClass`] is better given to [`try_run_classed`](Root::try_run_classed), whose class is that of the methods below.
    #[inline]
    pub fn try_run<F, T, E>(self, future: F) -> RootFuture<F, ResultReturn>
    where
        F: Future<Output = Result<T, E>>,
    {
        RootFuture::new(self, None, future)
    }

    /// [`try_run`](Root::try_run), for an error that tells its class, as those of traced methods do by themselves.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// use spanweave::ErrorClass;
    /// use spanweave::testing::TestTelemetry;
    ///
    /// #[derive(Debug, ErrorClass)]
    /// enum JobError {
    ///     NotFound,
    /// }
    ///
    /// let telemetry = TestTelemetry::new();
    /// let job = async { Err::<(), _>(JobError::NotFound) };
    /// telemetry.root("nightly").try_run_classed(job).await.unwrap_err();
    /// assert_eq!(telemetry.span_tree(), "nightly [error: not_found]\n");
    /// # });
    /// ```
    #[inline]
    pub fn try_run_classed<F, T, E>(self, future: F) -> RootFuture<F, ClassedReturn>
    where
        F: Future<Output = Result<T, E>>,
        E: ErrorClass,
    {
        RootFuture::new(self, None, future)
    }

    /// Runs a function as one trace, and gives it the root's context.
    #[inline]
    pub fn in_scope<R>(self, f: impl FnOnce(Ctx) -> R) -> R {
        self.open().in_scope(f)
    }

    #[inline]
    fn open(self) -> OpenRoot {
        OpenRoot::start(self.core, self.site, None)
    }
}

pin_project! {
    /// A future that runs as one trace; see [`Root::run`].
    #[must_use = "futures do nothing unless polled"]
    pub struct RootFuture<F, C> {
        // Before the root, so that what is cancelled in it ends first.
        #[pin]
        future: F,
        root: Root,
        // Where it comes from, until it is open.
        origin: Option<Box<Origin>>,
        open: Option<OpenRoot>,
        class: PhantomData<fn() -> C>,
    }
}

impl<F, C> RootFuture<F, C> {
    #[inline]
    pub(crate) fn new(root: Root, origin: Option<Box<Origin>>, future: F) -> RootFuture<F, C> {
        RootFuture { future, root, origin, open: None, class: PhantomData }
    }
}

impl<F, C> Future for RootFuture<F, C>
where
    F: Future,
    C: Classify<F::Output>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let root = this.open.get_or_insert_with(|| match this.origin.take() {
            None => this.root.open(),
            Some(origin) => origin.open(*this.root),
        });
        let output = root.run(|| this.future.poll(cx));
        if let Poll::Ready(output) = &output {
            root.finish(C::classify(output));
        }
        output
    }
}
