//! The constant part of a request: its method and its route's template, never the path that was asked for.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use http::StatusCode;
use opentelemetry::trace::SpanKind;
use opentelemetry::{KeyValue, Value};
use opentelemetry_semantic_conventions::attribute::{
    HTTP_REQUEST_METHOD, HTTP_RESPONSE_STATUS_CODE, HTTP_ROUTE, NETWORK_PROTOCOL_VERSION, URL_SCHEME,
};
use parking_lot::Mutex;

use super::protocol::Protocol;
use crate::core::Metric;
use crate::exemplars::EndedSpan;
use crate::http_method::KnownMethod;
use crate::http_status;
use crate::names::REQUESTS;
use crate::outcome::Outcome;
use crate::site::{Describe, Measure, Site, SiteCell};

/// The `route` label of requests that no route matched.
const UNMATCHED: &str = "unmatched";

/// A method and a route's template; there is one of each for the life of the process.
pub(super) struct Route {
    method: KnownMethod,
    template: Option<String>,
    span_name: String,
    /// By the status, in its hundred, of those hundreds that there were.
    of_statuses: [OnceLock<Hundred>; HUNDREDS],
    /// By the outcome, of requests without a whole response.
    without_status: [OnceLock<Metric>; Outcome::COUNT],
    /// By the protocol, of those that there were.
    requests: [OnceLock<Box<Requests>>; Protocol::COUNT],
}

/// The series of a hundred statuses. Routes are never freed, and whoever asks for one by each method that there is makes as
/// many of it, so what nobody needs is not there.
type Hundred = Box<[OnceLock<Metric>; 100]>;

/// From 0 to 999; those of the first are no statuses.
const HUNDREDS: usize = 10;

/// What the requests for a route over one protocol have in common.
struct Requests {
    route: &'static Route,
    protocol: Protocol,
    site: SiteCell,
}

/// The outcome of a status. By the conventions, only those of 500 and above are errors of the server.
pub(super) fn outcome(status: StatusCode) -> Outcome {
    if status.is_server_error() { Outcome::Error(http_status::text(status)) } else { Outcome::Ok }
}

/// How a response ended: one that says that it has failed has, unless it panicked, whatever becomes of its body.
pub(super) fn ended(status: StatusCode, body: Outcome) -> Outcome {
    match (outcome(status), body) {
        (_, Outcome::Panicked) => Outcome::Panicked,
        (Outcome::Ok, body) => body,
        (failed, _) => failed,
    }
}

type Routes = HashMap<KnownMethod, HashMap<String, &'static Route>>;

static ROUTES: LazyLock<Mutex<Routes>> = LazyLock::new(Mutex::default);

thread_local! {
    /// What this thread has seen of [`ROUTES`], so that requests share no lock.
    static SEEN: RefCell<Routes> = RefCell::default();
}

impl Route {
    /// The route of a request. Templates come from the application's router, so there are few.
    pub(super) fn of(method: KnownMethod, template: Option<&str>) -> &'static Route {
        let key = template.unwrap_or_default();
        SEEN.with_borrow_mut(|seen| {
            let seen = seen.entry(method).or_default();
            if let Some(route) = seen.get(key) {
                return *route;
            }
            let mut routes = ROUTES.lock();
            let routes = routes.entry(method).or_default();
            let route = routes.entry(key.to_owned()).or_insert_with(|| Route::leaked(method, template));
            seen.insert(key.to_owned(), route);
            route
        })
    }

    fn leaked(method: KnownMethod, template: Option<&str>) -> &'static Route {
        Box::leak(Box::new(Route {
            method,
            template: template.map(str::to_owned),
            span_name: method.span_name(template),
            of_statuses: Default::default(),
            without_status: Default::default(),
            requests: Default::default(),
        }))
    }

    pub(super) fn method(&self) -> KnownMethod {
        self.method
    }

    /// `unmatched` where there is none.
    pub(super) fn template(&self) -> &str {
        self.template.as_deref().unwrap_or(UNMATCHED)
    }

    /// The constant part of the spans of its requests.
    pub(super) fn site(&'static self, protocol: Protocol) -> &'static Site {
        let requests = self.requests[protocol.index()]
            .get_or_init(|| Box::new(Requests { route: self, protocol, site: SiteCell::new() }));
        requests.site.get(&**requests)
    }

    /// The series of a request. Its label is the status if the response was whole, or says itself that it failed;
    /// what ended otherwise, without a response or within its body, has its outcome for a status. One by a method that its
    /// route does not have is on none: else whoever tries them all makes ten series of each.
    pub(super) fn metric(&self, status: Option<StatusCode>, outcome: Outcome) -> Metric {
        match status {
            Some(StatusCode::METHOD_NOT_ALLOWED) if self.template.is_some() => {
                Route::of(self.method, None).metric(status, outcome)
            }
            Some(status) if outcome == Outcome::Ok || status.is_server_error() => self.of_status(status),
            _ => *self.without_status[outcome.index()].get_or_init(|| self.series(outcome.label())),
        }
    }

    fn of_status(&self, status: StatusCode) -> Metric {
        let code = usize::from(status.as_u16());
        let hundred = self.of_statuses[code / 100].get_or_init(|| Box::new([const { OnceLock::new() }; 100]));
        *hundred[code % 100].get_or_init(|| self.series(status.as_str()))
    }

    fn series(&self, status: &str) -> Metric {
        Metric::of(&REQUESTS, Box::new([self.template(), self.method.name(), status].map(str::to_owned)))
    }
}

impl Describe for Requests {
    fn span_name(&'static self) -> Cow<'static, str> {
        Cow::Borrowed(&self.route.span_name)
    }

    fn span_kind(&'static self) -> SpanKind {
        SpanKind::Server
    }

    fn attributes(&'static self, into: &mut Vec<KeyValue>) {
        let Requests { route, protocol, .. } = self;
        into.push(KeyValue::new(HTTP_REQUEST_METHOD, route.method.name()));
        into.push(KeyValue::new(URL_SCHEME, protocol.scheme()));
        into.push(KeyValue::new(NETWORK_PROTOCOL_VERSION, protocol.version()));
        into.extend(route.template.as_deref().map(|template| KeyValue::new(HTTP_ROUTE, template)));
    }

    fn measure(&'static self) -> Measure {
        Measure::ByOutcome
    }

    /// Of a request that ends without a response.
    fn metric(&'static self, outcome: Outcome) -> Option<Metric> {
        Some(self.route.metric(None, outcome))
    }

    fn metric_of_ended(&'static self, span: &EndedSpan<'_>) -> Option<Metric> {
        let status = match span.attribute(HTTP_RESPONSE_STATUS_CODE) {
            Some(Value::I64(status)) => u16::try_from(*status).ok(),
            _ => None,
        };
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        Some(self.route.metric(status, span.record.outcome))
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::{Route, ended};
    use crate::outcome::Outcome;

    /// Whoever asks for every route by every method that there is makes as many.
    #[test]
    fn a_route_that_nobody_has_asked_for_is_small() {
        assert!(size_of::<Route>() <= 512, "{}", size_of::<Route>());
    }

    #[test]
    fn every_error_of_the_server_is_its_status() {
        let class = |status| super::outcome(StatusCode::from_u16(status).unwrap());
        assert_eq!([500, 506, 520, 599].map(class), ["500", "506", "520", "599"].map(Outcome::Error));
        assert_eq!([100, 200, 404, 499, 600, 999].map(class), [Outcome::Ok; 6]);
    }

    #[test]
    fn a_response_that_says_that_it_failed_has() {
        let error = Outcome::Error("body_error");
        let ways = [Outcome::Ok, error, Outcome::Cancelled, Outcome::Panicked];
        assert_eq!(ways.map(|body| ended(StatusCode::OK, body)), ways);
        let failed = Outcome::Error("503");
        let of_503 = ways.map(|body| ended(StatusCode::SERVICE_UNAVAILABLE, body));
        assert_eq!(of_503, [failed, failed, failed, Outcome::Panicked]);
    }
}
