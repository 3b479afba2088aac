//! A request that is being served, from its arrival to its end, whatever that is.

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::extract::MatchedPath;
use http::{HeaderMap, Method, Request, StatusCode};
use opentelemetry_semantic_conventions::attribute::HTTP_RESPONSE_STATUS_CODE;

use super::active::ActiveRequest;
use super::layer::HttpLayer;
use super::protocol::Protocol;
use super::route::{self, Route};
use super::{access, request_id, shown};
use crate::http_method::KnownMethod;
use crate::outcome::Outcome;
use crate::propagate;
use crate::record::Source;
use crate::root::{OpenRoot, Root};

/// The class of a service that answers with an error of its own instead of a response.
const SERVICE_ERROR: &str = "service_error";

/// A request whose root is open. Dropped before its end, it was cancelled.
pub(super) struct ServedRequest {
    root: OpenRoot,
    route: &'static Route,
    /// To be logged, if it was asked for.
    path: Option<Box<str>>,
    /// Of the response, once there is one.
    status: Option<StatusCode>,
    has_id: bool,
    is_ended: bool,
    #[expect(dead_code, reason = "it counts until it is dropped")]
    active: ActiveRequest,
}

impl ServedRequest {
    /// `route_of` says the route where no router has.
    pub(super) fn start<M, B>(
        layer: &HttpLayer<M>,
        request: &Request<B>,
        route_of: impl FnOnce(&Request<B>) -> Option<&'static str>,
    ) -> ServedRequest {
        let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        let template = matched.or_else(|| route_of(request));
        let route = Route::of(KnownMethod::of(request.method()), template);
        let protocol = Protocol::of(request, layer.trusts_forwarded);
        let core = layer.telemetry.core();
        let active = core.requests.enter(route.method());
        let root = Root { core, site: route.site(protocol) };
        let root = if layer.is_linked {
            open_linked(root, request.headers())
        } else {
            open_under(root, request.headers())
        };
        let path = layer.logs_path.then(|| shown::path(request).into());
        let has_id = layer.has_request_ids();
        let mut served = ServedRequest { root, route, path, status: None, has_id, is_ended: false, active };
        served.note(layer, request, protocol);
        served
    }

    /// Notes what is to be known of the request.
    fn note<M, B>(&mut self, layer: &HttpLayer<M>, request: &Request<B>, protocol: Protocol) {
        let (ctx, has_id) = (self.root.ctx(), self.has_id);
        let shows_any = layer.shown.is_any() && ctx.is_recording();
        if !has_id && !shows_any {
            return;
        }
        // As a part of the root, for which its trace is at hand.
        self.root.run(|| {
            if has_id {
                request_id::note(ctx, request.headers());
            }
            if shows_any {
                layer.shown.set(ctx, request, protocol, layer.trusts_forwarded);
            }
        });
    }

    /// Runs a part of it in its context.
    #[inline]
    pub(super) fn run<R>(&mut self, part: impl FnOnce() -> R) -> R {
        self.root.run(part)
    }

    /// There is a response, which may go on.
    pub(super) fn respond(&mut self, status: StatusCode, headers: &mut HeaderMap) {
        if self.has_id {
            request_id::answer(self.root.ctx(), headers);
        }
        self.status = Some(status);
    }

    /// Whether the response may have a body: what follows the head of any other is no part of it, as behind an upgrade.
    pub(super) fn may_have_body(&self) -> bool {
        let is_left = |status: StatusCode| {
            status.is_informational()
                || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
                || (self.route.method().is(&Method::CONNECT) && status.is_success())
        };
        !self.route.method().is(&Method::HEAD) && !self.status.is_some_and(is_left)
    }

    /// The response ended so, as far as it was seen.
    pub(super) fn end(&mut self, response: Outcome) {
        let outcome = self.status.map_or(response, |status| route::ended(status, response));
        self.finish(outcome);
    }

    /// The service has answered with an error of its own.
    pub(super) fn fail(&mut self) {
        self.finish(Outcome::Error(SERVICE_ERROR));
    }

    /// It is as if it had never been.
    pub(super) fn discard(&mut self) {
        self.is_ended = true;
        self.root.discard();
    }

    /// Writes the access line, and ends the root.
    fn finish(&mut self, outcome: Outcome) {
        self.is_ended = true;
        let (ctx, started) = (self.root.ctx(), self.root.started());
        let (route, path, status) = (self.route, self.path.as_deref(), self.status);
        self.root.run(|| {
            if let Some(status) = status {
                ctx.set(HTTP_RESPONSE_STATUS_CODE, status.as_u16());
            }
            access::log(route, path, status, outcome, started);
        });
        self.root.finish_measured(Some(route.metric(status, outcome)), outcome);
    }
}

/// Goes on with the trace of the client.
fn open_under(Root { core, site }: Root, headers: &HeaderMap) -> OpenRoot {
    let remote = propagate::read(headers, core.rules.propagators);
    let mut root = OpenRoot::start(core, site, remote.parent());
    if remote.carries() {
        root.originate(Source { is_remote: true, ..Source::default() }, remote.into_carried());
    }
    root
}

/// Begins a trace, with a link to the span of the client if it sent one.
fn open_linked(root: Root, headers: &HeaderMap) -> OpenRoot {
    let remote = propagate::read(headers, root.core.rules.propagators.baggage(false));
    match remote.parent() {
        Some(_) => root.linked_to([remote]).open(),
        None => OpenRoot::start(root.core, root.site, None),
    }
}

impl Drop for ServedRequest {
    fn drop(&mut self) {
        if self.is_ended {
            return;
        }
        // A part of it that panicked has ended the root.
        let dropped = if self.root.is_open() { Outcome::Cancelled } else { Outcome::Panicked };
        let outcome = self.status.map_or(dropped, |status| route::ended(status, dropped));
        // A subscriber is foreign code, and the thread may be unwinding: a second panic would end the process.
        let _panicked = catch_unwind(AssertUnwindSafe(|| self.finish(outcome)));
    }
}
