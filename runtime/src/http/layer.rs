//! The tower layer that makes every request a trace.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::MatchedPath;
use http::{HeaderMap, Request, Response, StatusCode};
use opentelemetry_semantic_conventions::attribute::HTTP_RESPONSE_STATUS_CODE;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::endpoints::Operators;
use super::route::{self, Route};
use super::{access, request_id};
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
    /// are [passed on](crate::Ctx::inject).
    ///
    /// At its end every request is an event of the target `spanweave::access`, for whatever subscriber of `tracing` there
    /// is: level `info`, or `error` if it failed.
    pub fn http_layer(&self) -> HttpLayer {
        HttpLayer { telemetry: self.clone(), request_ids: None, logs_path: false }
    }
}

/// Makes every request a trace; see [`Telemetry::http_layer`].
///
/// It is a clone of the handle, too: what it traces is exported for as long as the router lives.
#[derive(Clone)]
pub struct HttpLayer {
    telemetry: Telemetry,
    /// As the application said.
    request_ids: Option<bool>,
    logs_path: bool,
}

impl HttpLayer {
    /// Whether an `x-request-id` of the client is taken over, and the [id of the request](crate::Ctx::request_id) is sent back in
    /// such a header. By default it is where the handle writes [logs](crate::Telemetry#method.logs).
    #[must_use]
    pub fn request_ids(mut self, on: bool) -> HttpLayer {
        self.request_ids = Some(on);
        self
    }

    /// Whether the access line has the path that was asked for, without its query, beside the route's template; off by
    /// default, as paths hold ids, and sometimes tokens, of users.
    #[must_use]
    pub fn log_path(mut self, on: bool) -> HttpLayer {
        self.logs_path = on;
        self
    }

    fn has_request_ids(&self) -> bool {
        #[cfg(feature = "logs")]
        let by_default = self.telemetry.core().logs.are_used();
        #[cfg(not(feature = "logs"))]
        let by_default = false;
        self.request_ids.unwrap_or(by_default)
    }
}

impl<S> Layer<S> for HttpLayer {
    type Service = HttpService<S>;

    fn layer(&self, inner: S) -> HttpService<S> {
        HttpService { inner, layer: self.clone() }
    }
}

/// A service whose requests are traces; see [`Telemetry::http_layer`].
#[derive(Clone)]
pub struct HttpService<S> {
    inner: S,
    layer: HttpLayer,
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
        let mut served = (!seen).then(|| ServedRequest::start(&self.layer, &request));
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
        let mut output = served.root.run(|| this.response.poll(cx));
        match &mut output {
            Poll::Ready(Ok(response)) if response.extensions().get::<Operators>().is_some() => {
                served.discard();
            }
            Poll::Ready(Ok(response)) => served.respond(response.status(), response.headers_mut()),
            Poll::Ready(Err(_)) => served.fail(),
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
    /// To be logged, if it was asked for.
    path: Option<Box<str>>,
    has_id: bool,
    is_logged: bool,
}

impl ServedRequest {
    fn start<B>(layer: &HttpLayer, request: &Request<B>) -> ServedRequest {
        let template = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        let route = Route::of(request.method(), template);
        let core = layer.telemetry.core();
        let remote = propagate::read(request.headers(), core.rules.propagators);
        let mut root = OpenRoot::start(core, route.site(), remote.parent());
        if remote.carries() {
            root.originate(Source { is_remote: true, ..Source::default() }, remote.into_carried());
        }
        let has_id = layer.has_request_ids();
        if has_id {
            let ctx = root.ctx();
            // As a part of the root, for which its trace is at hand.
            root.run(|| request_id::note(ctx, request.headers()));
        }
        let path = layer.logs_path.then(|| access::path(request));
        ServedRequest { root, route, path, has_id, is_logged: false }
    }

    fn respond(&mut self, status: StatusCode, headers: &mut HeaderMap) {
        let (outcome, ctx) = (route::outcome(status), self.root.ctx());
        if self.has_id {
            request_id::answer(ctx, headers);
        }
        self.log(Some(status), outcome, || ctx.set(HTTP_RESPONSE_STATUS_CODE, status.as_u16()));
        self.root.finish_measured(Some(self.route.metric_of(status)), outcome);
    }

    /// The service has answered with an error of its own.
    fn fail(&mut self) {
        let outcome = Outcome::Error(SERVICE_ERROR);
        self.log(None, outcome, || ());
        self.root.finish(outcome);
    }

    fn discard(&mut self) {
        self.is_logged = true;
        self.root.discard();
    }

    /// Writes the access line, and does what else is to be done in the request's context.
    fn log(&mut self, status: Option<StatusCode>, outcome: Outcome, also: impl FnOnce()) {
        self.is_logged = true;
        let (route, path, started) = (self.route, self.path.as_deref(), self.root.started());
        self.root.run(|| {
            also();
            access::log(route, path, status, outcome, started);
        });
    }
}

impl Drop for ServedRequest {
    fn drop(&mut self) {
        if !self.is_logged {
            // A part of it that panicked has ended the root.
            let outcome = if self.root.is_open() { Outcome::Cancelled } else { Outcome::Panicked };
            // A subscriber is foreign code, and the thread may be unwinding: a second panic would end the process.
            let _panicked = catch_unwind(AssertUnwindSafe(|| self.log(None, outcome, || ())));
        }
    }
}
