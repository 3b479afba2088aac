//! The service around a handler: every attempt at a job is a root, from the call to its end.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use apalis_core::error::BoxDynError;
use apalis_core::task::Task;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::failure::Failures;
use super::layer::JobLayer;
use super::payload::{PayloadSize, Unmeasured};
use crate::root::OpenRoot;

/// A service whose jobs are traced; see [`Telemetry::job_layer`](crate::Telemetry::job_layer).
#[derive(Clone, Debug)]
pub struct JobService<S, P = Unmeasured> {
    inner: S,
    layer: JobLayer<P>,
}

impl<S, P> JobService<S, P> {
    pub(super) fn new(inner: S, layer: JobLayer<P>) -> JobService<S, P> {
        JobService { inner, layer }
    }
}

impl<S, P, Args> Service<Task<Args>> for JobService<S, P>
where
    S: Service<Task<Args>>,
    S::Error: Into<BoxDynError>,
    P: PayloadSize<Args>,
{
    type Response = S::Response;
    type Error = BoxDynError;
    type Future = JobFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxDynError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, task: Task<Args>) -> JobFuture<S::Future> {
        let mut root = self.layer.open(&task);
        let ctx = root.ctx();
        // A handler may do its work, or panic, before it has made a future of it.
        let attempt = root.run(|| {
            self.layer.describe(ctx, &task);
            self.inner.call(task)
        });
        JobFuture { attempt, root, failures: self.layer.failures }
    }
}

pin_project! {
    /// A traced attempt at a job.
    #[must_use = "futures do nothing unless polled"]
    pub struct JobFuture<F> {
        // Before the root, so that what is cancelled in it ends first.
        #[pin]
        attempt: F,
        root: OpenRoot,
        failures: Failures,
    }
}

impl<F, T, E> Future for JobFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: Into<BoxDynError>,
{
    type Output = Result<T, BoxDynError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let output = this.root.run(|| this.attempt.poll(cx)).map_err(Into::into);
        if let Poll::Ready(returned) = &output {
            this.root.finish(this.failures.outcome(returned));
        }
        output
    }
}
