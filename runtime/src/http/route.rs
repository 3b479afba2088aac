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
    /// By the status, less 100; then, by outcome, those of requests without a whole response.
    metrics: Box<[OnceLock<Metric>]>,
    /// By the protocol.
    requests: [OnceLock<Requests>; Protocol::COUNT],
}

/// What the requests for a route over one protocol have in common.
struct Requests {
    route: &'static Route,
    protocol: Protocol,
    site: SiteCell,
}

const FIRST_STATUS: u16 = 100;
const STATUSES: u16 = 900;
const WITHOUT_STATUS: u16 = STATUSES;

/// The outcome of a status. By the conventions, only those of 500 and above are errors of the server.
pub(super) fn outcome(status: StatusCode) -> Outcome {
    if status.is_server_error() { Outcome::Error(server_error(status)) } else { Outcome::Ok }
}

/// `error.type` is the status as text, or `5xx` for one that no standard names.
fn server_error(status: StatusCode) -> &'static str {
    match status.as_u16() {
        500 => "500",
        501 => "501",
        502 => "502",
        503 => "503",
        504 => "504",
        505 => "505",
        507 => "507",
        508 => "508",
        511 => "511",
        _ => "5xx",
    }
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
        let span_name = method.span_name(template);
        let metrics = (0..usize::from(WITHOUT_STATUS) + Outcome::COUNT).map(|_| OnceLock::new()).collect();
        let (template, requests) =
            (template.map(str::to_owned), [const { OnceLock::new() }; Protocol::COUNT]);
        Box::leak(Box::new(Route { method, template, span_name, metrics, requests }))
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
        let requests = self.requests[protocol.index()].get_or_init(|| Requests {
            route: self,
            protocol,
            site: SiteCell::new(),
        });
        requests.site.get(requests)
    }

    /// The series of a request. Its label is the status if the response was whole, or says itself that it failed;
    /// what ended otherwise, without a response or within its body, has its outcome for a status.
    pub(super) fn metric(&self, status: Option<StatusCode>, outcome: Outcome) -> Metric {
        match status {
            Some(status) if outcome == Outcome::Ok || status.is_server_error() => {
                let index = status.as_u16().saturating_sub(FIRST_STATUS).min(STATUSES - 1);
                self.metric_at(usize::from(index), status.as_str())
            }
            _ => self.metric_at(usize::from(WITHOUT_STATUS) + outcome.index(), outcome.label()),
        }
    }

    fn metric_at(&self, index: usize, status: &str) -> Metric {
        let labels = || [self.template(), self.method.name(), status].map(str::to_owned);
        *self.metrics[index].get_or_init(|| Metric::of(&REQUESTS, Box::new(labels())))
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

    use super::ended;
    use crate::outcome::Outcome;

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
