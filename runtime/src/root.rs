//! The root of a trace: a request, a job, or whatever an application names.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::collect::DropReason;
use crate::core::{Core, Metric};
use crate::ctx::{Ctx, Entered};
use crate::key::TraceKey;
use crate::outcome::{AnyReturn, Classify, Outcome, ResultReturn};
use crate::propagate::RemoteParent;
use crate::record::Describe;
use crate::span::OpenSpan;
use crate::trace::{self, OpenTrace};
use crate::{ids, slab};

/// An open root: the root's span and the buffer of its trace.
///
/// One that is dropped before it was finished was cancelled.
pub(crate) struct OpenRoot {
    core: &'static Core,
    span: OpenSpan,
    /// Lent to the thread while the root runs; `None` for a trace that is not recorded.
    trace: Option<Box<OpenTrace>>,
    finished: bool,
}

impl OpenRoot {
    pub(crate) fn start(
        core: &'static Core,
        what: &'static dyn Describe,
        remote: Option<RemoteParent>,
    ) -> OpenRoot {
        let trace_id = remote.map_or_else(ids::trace_id, |parent| parent.trace_id);
        let recording = core.exports && core.sampling.samples(trace_id, remote.map(|parent| parent.sampled));
        let key = match slab::take(trace_id) {
            Some(taken) => TraceKey::new(core.handle, taken.index, taken.generation, recording),
            None => TraceKey::without_slot(core.handle, recording),
        };
        let ctx = Ctx { key, span: ids::next() };
        let parent = remote.map_or(0, |parent| parent.span_id);
        OpenRoot {
            core,
            span: OpenSpan::root(ctx, parent, what),
            trace: (recording && key.has_slot()).then(|| OpenTrace::new(key, core, trace_id)),
            finished: false,
        }
    }

    pub(crate) fn ctx(&self) -> Ctx {
        self.span.ctx()
    }

    /// Runs a part of the root: its context is current and its trace is the thread's own meanwhile. A part that
    /// panics ends the root.
    pub(crate) fn run<R>(&mut self, part: impl FnOnce() -> R) -> R {
        let mut running = Running::new(self);
        let output = part();
        running.returned = true;
        output
    }

    /// Ends the root, and hands its trace over.
    pub(crate) fn finish(&mut self, outcome: Outcome) {
        self.finish_measured(self.span.what().metric(outcome), outcome);
    }

    /// Ends a root whose series depends on more than its outcome.
    pub(crate) fn finish_measured(&mut self, metric: Option<Metric>, outcome: Outcome) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        let end = self.span.measure(self.core, metric, outcome);
        match self.trace.take() {
            Some(trace) => trace.end(self.span.record(end, outcome)),
            None if self.ctx().key.has_slot() => slab::end_unrecorded(self.ctx().key),
            None if self.ctx().is_recording() => {
                self.core.collector.count_dropped(DropReason::TooManyTraces, 1);
            }
            None => {}
        }
    }

    /// Ends the root as if it had never been: neither recorded nor measured.
    #[cfg_attr(not(feature = "axum"), expect(dead_code, reason = "only requests turn out not to matter"))]
    pub(crate) fn discard(&mut self) {
        self.finished = true;
        self.trace = None;
        slab::end_unrecorded(self.ctx().key);
    }
}

impl Drop for OpenRoot {
    fn drop(&mut self) {
        self.finish(Outcome::Cancelled);
    }
}

/// A part of a root while it runs; dropped without having returned, it has panicked.
struct Running<'r> {
    root: &'r mut OpenRoot,
    _own: Entered,
    returned: bool,
}

impl Running<'_> {
    fn new(root: &mut OpenRoot) -> Running<'_> {
        let own = Entered::new(root.ctx());
        trace::exchange_active(&mut root.trace);
        Running { root, _own: own, returned: false }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // Parts nest, so what is active now is what this one lent; the thread gets back what was active before.
        trace::exchange_active(&mut self.root.trace);
        if !self.returned {
            self.root.finish(Outcome::Panicked);
        }
    }
}

/// A root that was named and waits to be run; made by [`Telemetry::root`](crate::Telemetry::root).
#[derive(Clone, Copy)]
#[must_use = "a root does nothing until it is run"]
pub struct Root {
    pub(crate) core: &'static Core,
    pub(crate) what: &'static dyn Describe,
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
    pub fn run<F: Future>(self, future: F) -> RootFuture<F, AnyReturn> {
        RootFuture { future, state: RootState::Start(self), class: PhantomData }
    }

    /// [`run`](Root::run), for a future that returns a `Result`: an `Err` is the root's outcome.
    pub fn try_run<F, T, E>(self, future: F) -> RootFuture<F, ResultReturn>
    where
        F: Future<Output = Result<T, E>>,
    {
        RootFuture { future, state: RootState::Start(self), class: PhantomData }
    }

    /// Runs a function as one trace, and gives it the root's context.
    pub fn in_scope<R>(self, f: impl FnOnce(Ctx) -> R) -> R {
        let mut root = self.open();
        let ctx = root.ctx();
        let output = root.run(|| f(ctx));
        root.finish(Outcome::Ok);
        output
    }

    fn open(self) -> OpenRoot {
        OpenRoot::start(self.core, self.what, None)
    }
}

pin_project! {
    /// A future that runs as one trace; see [`Root::run`].
    #[must_use = "futures do nothing unless polled"]
    pub struct RootFuture<F, C> {
        // Before the root, so that what is cancelled in it ends first.
        #[pin]
        future: F,
        state: RootState,
        class: PhantomData<fn() -> C>,
    }
}

enum RootState {
    Start(Root),
    Open(OpenRoot),
}

impl<F, C> Future for RootFuture<F, C>
where
    F: Future,
    C: Classify<F::Output>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if let RootState::Start(root) = this.state {
            *this.state = RootState::Open(root.open());
        }
        let RootState::Open(root) = this.state else { unreachable!("it was opened above") };
        let output = root.run(|| this.future.poll(cx));
        if let Poll::Ready(output) = &output {
            root.finish(C::classify(output));
        }
        output
    }
}
