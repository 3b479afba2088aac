//! The constant part of a request: its method and its route's template, never the path that was asked for.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use http::{Method, StatusCode};
use opentelemetry::trace::SpanKind;
use opentelemetry::{KeyValue, Value};
use opentelemetry_semantic_conventions::attribute::{
    HTTP_REQUEST_METHOD, HTTP_RESPONSE_STATUS_CODE, HTTP_ROUTE, URL_SCHEME,
};
use parking_lot::Mutex;

use crate::core::Metric;
use crate::exemplars::EndedSpan;
use crate::http_method;
use crate::names::REQUESTS;
use crate::outcome::Outcome;
use crate::site::{Describe, Measure, Site, SiteCell};

/// The `route` label of requests that no route matched.
const UNMATCHED: &str = "unmatched";

/// A method and a route's template; there is one of each for the life of the process.
pub(super) struct Route {
    method: &'static str,
    template: Option<String>,
    span_name: String,
    /// By the status, less 100; then, by outcome, those of requests without a response.
    metrics: Box<[OnceLock<Metric>]>,
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

type Routes = HashMap<&'static str, HashMap<String, &'static Route>>;

static ROUTES: LazyLock<Mutex<Routes>> = LazyLock::new(Mutex::default);

thread_local! {
    /// What this thread has seen of [`ROUTES`], so that requests share no lock.
    static SEEN: RefCell<Routes> = RefCell::default();
}

impl Route {
    /// The route of a request. Templates come from the application's router, so there are few.
    pub(super) fn of(method: &Method, template: Option<&str>) -> &'static Route {
        let method = http_method::known(method);
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

    fn leaked(method: &'static str, template: Option<&str>) -> &'static Route {
        let span_name = http_method::span_name(method, template);
        let metrics = (0..usize::from(WITHOUT_STATUS) + Outcome::COUNT).map(|_| OnceLock::new()).collect();
        let template = template.map(str::to_owned);
        Box::leak(Box::new(Route { method, template, span_name, metrics, site: SiteCell::new() }))
    }

    pub(super) fn method(&self) -> &'static str {
        self.method
    }

    /// `unmatched` where there is none.
    pub(super) fn template(&self) -> &str {
        self.template.as_deref().unwrap_or(UNMATCHED)
    }

    pub(super) fn site(&'static self) -> &'static Site {
        self.site.get(self)
    }

    /// The series of a response.
    pub(super) fn metric_of(&self, status: StatusCode) -> Metric {
        let index = status.as_u16().saturating_sub(FIRST_STATUS).min(STATUSES - 1);
        self.metric_at(usize::from(index), status.as_str())
    }

    fn metric_at(&self, index: usize, status: &str) -> Metric {
        let labels = || [self.template(), self.method, status].map(str::to_owned);
        *self.metrics[index].get_or_init(|| Metric::of(&REQUESTS, Box::new(labels())))
    }
}

impl Describe for Route {
    fn span_name(&'static self) -> Cow<'static, str> {
        Cow::Borrowed(&self.span_name)
    }

    fn span_kind(&'static self) -> SpanKind {
        SpanKind::Server
    }

    fn attributes(&'static self, into: &mut Vec<KeyValue>) {
        into.push(KeyValue::new(HTTP_REQUEST_METHOD, self.method));
        into.push(KeyValue::new(URL_SCHEME, "http"));
        into.extend(self.template.as_deref().map(|template| KeyValue::new(HTTP_ROUTE, template)));
    }

    fn measure(&'static self) -> Measure {
        Measure::ByOutcome
    }

    /// A request that ends without a response has its outcome for a status.
    fn metric(&'static self, outcome: Outcome) -> Option<Metric> {
        Some(self.metric_at(usize::from(WITHOUT_STATUS) + outcome.index(), outcome.label()))
    }

    fn metric_of_ended(&'static self, span: &EndedSpan<'_>) -> Option<Metric> {
        match span.attribute(HTTP_RESPONSE_STATUS_CODE) {
            Some(Value::I64(status)) => {
                Some(self.metric_of(StatusCode::from_u16(u16::try_from(*status).ok()?).ok()?))
            }
            _ => self.metric(span.record.outcome),
        }
    }
}
