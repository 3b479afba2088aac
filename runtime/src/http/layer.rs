//! The tower layer that makes every request a trace.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::MatchedPath;
use http::{HeaderMap, Request, Response};
use opentelemetry_semantic_conventions::attribute::HTTP_RESPONSE_STATUS_CODE;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::endpoints::is_operators;
use super::route::{Ending, Route};
use crate::core::Core;
use crate::propagate::RemoteParent;
use crate::root::OpenRoot;
use crate::telemetry::Telemetry;

impl Telemetry {
    /// A layer for an axum router: one trace per request, whose context is current in the handlers.
    ///
    /// Add it with [`Router::layer`](axum::Router::layer), last: it sees the routes and the fallback that the router
    /// has by then. The routes of [`Telemetry::routes`] pass through it unseen.
    ///
    /// A `traceparent` that the request brings is followed, and its decision to sample with it.
    pub fn http_layer(&self) -> HttpLayer {
        HttpLayer { core: self.core() }
    }
}

/// Makes every request a trace; see [`Telemetry::http_layer`].
#[derive(Clone)]
pub struct HttpLayer {
    core: &'static Core,
}

impl<S> Layer<S> for HttpLayer {
    type Service = HttpService<S>;

    fn layer(&self, inner: S) -> HttpService<S> {
        HttpService { inner, core: self.core }
    }
}

/// A service whose requests are traces; see [`Telemetry::http_layer`].
#[derive(Clone)]
pub struct HttpService<S> {
    inner: S,
    core: &'static Core,
}

impl<S, B, R> Service<Request<B>> for HttpService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture<S::Future> {
        let mut served = ServedRequest::start(self.core, &request);
        let response = match &mut served {
            Some(served) => served.root.run(|| self.inner.call(request)),
            None => self.inner.call(request),
        };
        ResponseFuture { response, served }
    }
}

pin_project! {
    /// The response to a traced request.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        // Before the request, so that what is cancelled in it ends first.
        #[pin]
        response: F,
        // `None` for a request that is let pass.
        served: Option<ServedRequest>,
    }
}

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = Result<Response<R>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(served) = this.served else { return this.response.poll(cx) };
        let output = served.root.run(|| this.response.poll(cx));
        if let Poll::Ready(Ok(response)) = &output {
            served.finish(Ending::Responded(response.status()));
        }
        output
    }
}

/// A request that is being served; one that is dropped before its response was cancelled, or has panicked.
struct ServedRequest {
    root: OpenRoot,
    route: &'static Route,
}

impl ServedRequest {
    fn start<B>(core: &'static Core, request: &Request<B>) -> Option<ServedRequest> {
        let template = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        if template.is_some_and(is_operators) {
            return None;
        }
        let route = Route::of(request.method(), template);
        let root = OpenRoot::start(core, route, remote_parent(request.headers()));
        Some(ServedRequest { root, route })
    }

    fn finish(&mut self, ending: Ending) {
        if let Ending::Responded(status) = ending {
            self.root.run(|| crate::Ctx::current().set(HTTP_RESPONSE_STATUS_CODE, status.as_u16()));
        }
        self.root.measure_as(self.route.metric_of(ending));
        self.root.finish(ending.outcome());
    }
}

impl Drop for ServedRequest {
    fn drop(&mut self) {
        if !self.root.is_finished() {
            self.finish(if self.root.is_running() { Ending::Panicked } else { Ending::Cancelled });
        }
    }
}

/// More than one header is as good as none, says the recommendation.
fn remote_parent(headers: &HeaderMap) -> Option<RemoteParent> {
    let mut values = headers.get_all("traceparent").iter();
    let (only, more) = (values.next()?, values.next());
    if more.is_some() { None } else { RemoteParent::parse(only.as_bytes()) }
}
