//! The tower layer that makes every request a trace.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::MatchedPath;
use http::{Request, Response, StatusCode};
use opentelemetry_semantic_conventions::attribute::HTTP_RESPONSE_STATUS_CODE;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::endpoints::Operators;
use super::route::{self, Route};
use crate::core::Core;
use crate::ctx::Ctx;
use crate::outcome::Outcome;
use crate::propagate;
use crate::record::Source;
use crate::root::OpenRoot;
use crate::telemetry::Telemetry;

impl Telemetry {
    /// A layer for an axum router: one trace per request, whose context is current in the handlers.
    ///
    /// Add it with [`Router::layer`](axum::Router::layer), last: it sees the routes and the fallback that the router
    /// has by then. The routes of [`Telemetry::routes`] pass through it unseen.
    ///
    /// A `traceparent` that the request brings is followed, and its decision to sample with it; `tracestate` and `baggage`
    /// are [passed on](Ctx::inject).
    pub fn http_layer(&self) -> HttpLayer {
        HttpLayer { telemetry: self.clone() }
    }
}

/// Makes every request a trace; see [`Telemetry::http_layer`].
///
/// It is a clone of the handle, too: what it traces is exported for as long as the router lives.
#[derive(Clone)]
pub struct HttpLayer {
    telemetry: Telemetry,
}

impl<S> Layer<S> for HttpLayer {
    type Service = HttpService<S>;

    fn layer(&self, inner: S) -> HttpService<S> {
        HttpService { inner, telemetry: self.telemetry.clone() }
    }
}

/// A service whose requests are traces; see [`Telemetry::http_layer`].
#[derive(Clone)]
pub struct HttpService<S> {
    inner: S,
    telemetry: Telemetry,
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

    fn call(&mut self, mut request: Request<B>) -> ResponseFuture<S::Future> {
        // Routers nest, and so may their layers: the outermost one has the request.
        let seen = request.extensions_mut().insert(Seen).is_some();
        let mut served = (!seen).then(|| ServedRequest::start(self.telemetry.core(), &request));
        let response = match &mut served {
            Some(served) => served.root.run(|| self.inner.call(request)),
            None => self.inner.call(request),
        };
        ResponseFuture { response, served }
    }
}

/// Marks a request that a layer has.
#[derive(Clone, Copy)]
struct Seen;

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
        match &output {
            Poll::Ready(Ok(response)) if response.extensions().get::<Operators>().is_some() => {
                served.root.discard();
            }
            Poll::Ready(Ok(response)) => served.respond(response.status()),
            Poll::Ready(Err(_)) => served.root.finish(Outcome::Error(SERVICE_ERROR)),
            Poll::Pending => {}
        }
        output
    }
}

/// The class of a service that answers with an error of its own instead of a response.
const SERVICE_ERROR: &str = "service_error";

/// A request that is being served.
struct ServedRequest {
    root: OpenRoot,
    route: &'static Route,
}

impl ServedRequest {
    fn start<B>(core: &'static Core, request: &Request<B>) -> ServedRequest {
        let template = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        let route = Route::of(request.method(), template);
        let remote = propagate::extract(request.headers()).accepted(core.propagators);
        let mut root = OpenRoot::start(core, route.site(), remote.parent());
        if remote.carries() {
            root.originate(Source { is_remote: true, ..Source::default() }, remote.into_carried());
        }
        ServedRequest { root, route }
    }

    fn respond(&mut self, status: StatusCode) {
        self.root.run(|| Ctx::current().set(HTTP_RESPONSE_STATUS_CODE, status.as_u16()));
        self.root.finish_measured(Some(self.route.metric_of(status)), route::outcome(status));
    }
}
