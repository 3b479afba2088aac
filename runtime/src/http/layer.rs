//! The tower layer that makes every request a trace, and what it can be told.

use std::fmt;
use std::sync::Arc;

use http::{Method, Request, Uri};
use tower_layer::Layer;

use super::service::HttpService;
use super::shown::Shown;
use super::wrapped::WrappedBody;
use crate::telemetry::Telemetry;

impl Telemetry {
    /// A layer for an axum router, or any service of tower's that answers a request with a response: one trace per request,
    /// whose context is current in the handlers.
    ///
    /// Add it with [`Router::layer`](axum::Router::layer), last: it sees the routes and the fallback that the router
    /// has by then. The routes of [`Telemetry::routes`] pass through it unseen. Where no router of axum is,
    /// [`HttpLayer::route`] says the routes.
    ///
    /// A `traceparent` that the request brings is followed, and its decision to sample with it; `tracestate` and `baggage`
    /// are [passed on](crate::Ctx::inject). Where anybody may send requests, they should be [linked](HttpLayer::linked).
    ///
    /// At its end every request is an event of the target `spanweave::access`, for whatever subscriber of `tracing` there
    /// is: level `info`, or `error` if it failed. Its end is the head of its response, unless
    /// [bodies are timed](HttpLayer::time_body).
    pub fn http_layer(&self) -> HttpLayer {
        HttpLayer {
            telemetry: self.clone(),
            request_ids: None,
            route: None,
            shown: Shown::default(),
            logs_path: false,
            trusts_forwarded: false,
            is_linked: false,
            body: PlainBody(()),
        }
    }
}

/// Makes every request a trace; see [`Telemetry::http_layer`].
///
/// Where layers nest, the outermost has the request, and only what that was told counts.
///
/// It is a clone of the handle, too: what it traces is exported for as long as the router lives. `B` is what becomes of the
/// body of a response: it stays what it is, unless [`time_body`](HttpLayer::time_body) or
/// [`catch_panics`](HttpLayer::catch_panics) was called.
#[derive(Clone)]
#[must_use = "a layer does nothing until a router has it"]
pub struct HttpLayer<B = PlainBody> {
    pub(super) telemetry: Telemetry,
    /// As the application said.
    request_ids: Option<bool>,
    route: Option<Arc<RouteOf>>,
    pub(super) shown: Shown,
    pub(super) logs_path: bool,
    pub(super) trusts_forwarded: bool,
    pub(super) is_linked: bool,
    pub(super) body: B,
}

type RouteOf = dyn Fn(&Method, &Uri) -> Option<&'static str> + Send + Sync;

/// Responses keep the type of their body; see [`HttpLayer`].
#[derive(Clone, Copy, Debug)]
pub struct PlainBody(());

impl<B> HttpLayer<B> {
    /// Whether an `x-request-id` of the client is taken over, and the [id of the request](crate::Ctx::request_id) is sent back in
    /// such a header. By default it is where the handle writes [logs](crate::Telemetry#method.logs).
    pub fn request_ids(mut self, on: bool) -> HttpLayer<B> {
        self.request_ids = Some(on);
        self
    }

    /// Whether the access line has the path that was asked for, without its query, beside the route's template; off by
    /// default, as paths hold ids, and sometimes tokens, of users.
    pub fn log_path(mut self, on: bool) -> HttpLayer<B> {
        self.logs_path = on;
        self
    }

    /// Whether the span has the path that was asked for, `url.path`, without its query, at most 1,024 bytes of it; off by
    /// default, as in [`log_path`](HttpLayer::log_path).
    pub fn record_path(mut self, on: bool) -> HttpLayer<B> {
        self.shown.path = on;
        self
    }

    /// Whether the span has the host that the client asked for, `server.address`, and `server.port` where that is not the
    /// scheme's usual one; off by default, as clients can write into it what they like. What is neither a name nor an
    /// address, or is longer than 253 bytes, is left out.
    pub fn record_host(mut self, on: bool) -> HttpLayer<B> {
        self.shown.host = on;
        self
    }

    /// Whether the span has `user_agent.original`, at most 256 bytes of it; off by default, as it tells persons apart.
    pub fn record_user_agent(mut self, on: bool) -> HttpLayer<B> {
        self.shown.user_agent = on;
        self
    }

    /// Whether the scheme, and the host where it is [recorded](HttpLayer::record_host), are what `Forwarded`, or else
    /// `X-Forwarded-Proto` and `X-Forwarded-Host` say. Off by default: only for a server that nobody reaches but
    /// through a proxy, which sets these headers itself.
    pub fn trust_forwarded(mut self, on: bool) -> HttpLayer<B> {
        self.trusts_forwarded = on;
        self
    }

    /// Whether every request is a trace of its own, with a link to the span that the client sent it from; off by default. For what
    /// anybody can reach: the client then neither chooses the ids of traces nor has them sampled, and nothing that it sent as
    /// `tracestate` or `baggage` goes on to other services.
    pub fn linked(mut self, on: bool) -> HttpLayer<B> {
        self.is_linked = on;
        self
    }

    /// Says the route of requests that no router of axum has matched before they reach the layer: for services without
    /// such a router, and for those that are nested in one. `None` is `unmatched`.
    ///
    /// A route is a span's name and a label, so there are to be few: templates, never the path itself.
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use http::{Method, Request, Response};
    /// use spanweave::Telemetry;
    /// use tower_layer::Layer;
    /// # use std::{future::{Ready, ready}, task::{Context, Poll}};
    /// # #[derive(Clone)]
    /// # struct Greeter;
    /// # impl tower_service::Service<Request<String>> for Greeter {
    /// #     type Response = Response<String>;
    /// #     type Error = Infallible;
    /// #     type Future = Ready<Result<Response<String>, Infallible>>;
    /// #     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> { Poll::Ready(Ok(())) }
    /// #     fn call(&mut self, _: Request<String>) -> Self::Future { ready(Ok(Response::default())) }
    /// # }
    ///
    /// # fn app() -> Result<(), spanweave::ConfigError> {
    /// let telemetry = Telemetry::from_env()?;
    /// let layer = telemetry.http_layer().route(|method, uri| match (method, uri.path()) {
    ///     (&Method::POST, "/greetings") => Some("/greetings"),
    ///     (_, path) => path.starts_with("/greetings/").then_some("/greetings/{name}"),
    /// });
    /// let service = layer.layer(Greeter);
    /// # let _ = service;
    /// # Ok(())
    /// # }
    /// ```
    pub fn route<F>(mut self, route: F) -> HttpLayer<B>
    where
        F: Fn(&Method, &Uri) -> Option<&'static str> + Send + Sync + 'static,
    {
        self.route = Some(Arc::new(route));
        self
    }

    pub(super) fn route_of<T>(&self, request: &Request<T>) -> Option<&'static str> {
        self.route.as_ref()?(request.method(), request.uri())
    }

    pub(super) fn has_request_ids(&self) -> bool {
        #[cfg(feature = "logs")]
        let by_default = self.telemetry.core().logs.are_used();
        #[cfg(not(feature = "logs"))]
        let by_default = false;
        self.request_ids.unwrap_or(by_default)
    }
}

impl<B: Into<WrappedBody>> HttpLayer<B> {
    /// Whether a request ends with the body of its response, and not with the head: span, histogram and access line then
    /// tell when the last of it was given to the connection, that the client hung up within it (`cancelled`), and that it
    /// broke off (`error`, of class `body_error`) or panicked. While the body is made, the request's context is current. Off by
    /// default.
    ///
    /// A response without a body ends with its head, as does one that switches protocols: a websocket is no part of
    /// its request.
    ///
    /// Said at all, also as `time_body(false)`, it changes the type of the body to [`HttpBody`](super::HttpBody), which a router
    /// of axum boxes: an allocation for each response. So does [`catch_panics`](HttpLayer::catch_panics).
    ///
    /// ```
    /// # use axum::Router;
    /// # fn app(telemetry: &spanweave::Telemetry) -> Router {
    /// Router::new().layer(telemetry.http_layer().time_body(true))
    /// # }
    /// ```
    pub fn time_body(self, on: bool) -> HttpLayer<WrappedBody> {
        self.wrapped(|body| body.is_timed = on)
    }

    /// Whether a request that panics is answered, with an empty 500, where its connection would break. Nothing of the panic is
    /// shown; it is what the panic hook logs. Off by default.
    ///
    /// The outcome of the request is `panicked` all the same, and its status is 500.
    ///
    /// ```
    /// # use axum::Router;
    /// # fn app(telemetry: &spanweave::Telemetry) -> Router {
    /// Router::new().layer(telemetry.http_layer().catch_panics(true))
    /// # }
    /// ```
    pub fn catch_panics(self, on: bool) -> HttpLayer<WrappedBody> {
        self.wrapped(|body| body.catches_panics = on)
    }

    fn wrapped(self, change: impl FnOnce(&mut WrappedBody)) -> HttpLayer<WrappedBody> {
        let HttpLayer { telemetry, request_ids, route, shown, logs_path, trusts_forwarded, is_linked, body } =
            self;
        let mut body = body.into();
        change(&mut body);
        HttpLayer { telemetry, request_ids, route, shown, logs_path, trusts_forwarded, is_linked, body }
    }
}

/// The handle, and what the layer was told.
impl<B: fmt::Debug> fmt::Debug for HttpLayer<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpLayer")
            .field("telemetry", &self.telemetry)
            .field("request_ids", &self.request_ids)
            .field("has_route", &self.route.is_some())
            .field("shown", &self.shown)
            .field("logs_path", &self.logs_path)
            .field("trusts_forwarded", &self.trusts_forwarded)
            .field("is_linked", &self.is_linked)
            .field("body", &self.body)
            .finish()
    }
}

impl<S, B: Clone> Layer<S> for HttpLayer<B> {
    type Service = HttpService<S, B>;

    fn layer(&self, inner: S) -> HttpService<S, B> {
        HttpService { inner, layer: self.clone() }
    }
}
