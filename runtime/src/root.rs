//! The root of a trace: a request, a job, or whatever an application names.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::core::{Core, Metric};
use crate::ctx::Ctx;
use crate::key::TraceKey;
use crate::outcome::Outcome;
use crate::propagate::RemoteParent;
use crate::record::Describe;
use crate::span::OpenSpan;
use crate::trace::{Lent, OpenTrace};
use crate::{ids, slab};

/// An open root: the root's span and the buffer of its trace.
pub(crate) struct OpenRoot {
    core: &'static Core,
    span: OpenSpan,
    metric: Option<Metric>,
    /// Lent to the thread while the root runs; `None` for a trace that is not recorded.
    trace: Option<Box<OpenTrace>>,
    running: bool,
    finished: bool,
}

impl OpenRoot {
    pub(crate) fn start(
        core: &'static Core,
        what: &'static dyn Describe,
        remote: Option<RemoteParent>,
    ) -> OpenRoot {
        let trace_id = remote.map_or_else(ids::trace_id, |parent| parent.trace_id);
        let sampled = core.exports && core.sampling.samples(trace_id, remote.map(|parent| parent.sampled));
        let (key, recording) = match slab::take(trace_id) {
            Some(taken) => (TraceKey::new(core.handle, taken.index, taken.generation, sampled), sampled),
            None => (TraceKey::untraced(core.handle), false),
        };
        let ctx = Ctx { key, span: ids::next() };
        let parent = remote.map_or(0, |parent| parent.span_id);
        OpenRoot {
            core,
            span: OpenSpan::root(ctx, parent, what),
            metric: None,
            trace: recording.then(|| OpenTrace::new(key, core, trace_id)),
            running: false,
            finished: false,
        }
    }

    pub(crate) fn ctx(&self) -> Ctx {
        self.span.ctx()
    }

    /// Chooses the root's series, which may depend on how it ends.
    #[cfg_attr(not(feature = "axum"), expect(dead_code, reason = "only requests choose late"))]
    pub(crate) fn measure_as(&mut self, metric: Metric) {
        self.metric = Some(metric);
    }

    /// Whether a part of the root is running, or was when it panicked.
    pub(crate) fn is_running(&self) -> bool {
        self.running
    }

    #[cfg_attr(not(feature = "axum"), expect(dead_code, reason = "only requests ask"))]
    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Runs a part of the root: its context is current and its trace is the thread's own meanwhile.
    pub(crate) fn run<R>(&mut self, f: impl FnOnce() -> R) -> R {
        self.running = true;
        let ctx = self.span.ctx();
        let lent = Lent::new(&mut self.trace, ctx);
        let output = f();
        drop(lent);
        self.running = false;
        output
    }

    /// Ends the root, and hands its trace over.
    pub(crate) fn finish(&mut self, outcome: Outcome) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        let record = self.span.close(self.core, self.metric, outcome);
        match (self.trace.take(), record) {
            (Some(trace), Some(record)) => trace.end(record),
            _ => slab::end_unrecorded(self.span.ctx().key),
        }
    }
}

impl Drop for OpenRoot {
    fn drop(&mut self) {
        self.finish(if self.is_running() { Outcome::Panicked } else { Outcome::Cancelled });
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
    ///
    /// ```
    /// # async fn nightly() {}
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let telemetry = spanweave::Telemetry::builder().build()?;
    /// telemetry.root("nightly").run(async { nightly().await }).await;
    /// # Ok::<(), spanweave::ConfigError>(()) }).unwrap();
    /// ```
    pub fn run<F: Future>(self, future: F) -> RootFuture<F> {
        RootFuture { future, root: None, start: Some(self) }
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
    pub struct RootFuture<F> {
        // Before the root, so that what is cancelled in it ends first.
        #[pin]
        future: F,
        root: Option<OpenRoot>,
        start: Option<Root>,
    }
}

impl<F: Future> Future for RootFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if let Some(start) = this.start.take() {
            *this.root = Some(start.open());
        }
        let root = this.root.as_mut().expect("a finished future was polled again");
        let output = root.run(|| this.future.poll(cx));
        if output.is_ready() {
            root.finish(Outcome::Ok);
        }
        output
    }
}
