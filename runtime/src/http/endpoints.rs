//! What operators ask an application for.

use std::cmp::Ordering;

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use http::HeaderMap;
use http::header::{CONTENT_TYPE, VARY};
use http::request::Parts;

use super::accept::{Accept, Offer, Wish};
use super::service::Seen;
use crate::core::Core;
use crate::ctx::Ctx;
use crate::http_method::KnownMethod;
use crate::telemetry::{MetricsFormat, Telemetry};

const METRICS: &str = "/metrics";
const LEGACY: &str = "/metrics/legacy";
const HEALTH: &str = "/api/health/";
const LIVE: &str = "/api/health/live";

/// The headers of requests that change what the metrics are written as.
const VARIES: &str = if cfg!(feature = "gzip") { "Accept, Accept-Encoding" } else { "Accept" };

const OPENMETRICS: Offer = Offer { kind: "application", subtype: "openmetrics-text", version: Some("1.0.0") };
const TEXT: Offer = Offer { kind: "text", subtype: "plain", version: Some("0.0.4") };
const JSON: Offer = Offer { kind: "application", subtype: "json", version: None };
const PLAIN: Offer = Offer { kind: "text", subtype: "plain", version: None };

/// Marks the response to what machines ask every few seconds, wherever its route is nested: the layer forgets it.
#[derive(Clone, Copy)]
pub(super) struct Operators;

impl Telemetry {
    /// `GET /metrics` and `/metrics/legacy`, and `GET /api/health/` and `/api/health/live`, which answer 200 while the process listens and
    /// ask nothing of a database.
    ///
    /// `/metrics` is OpenMetrics 1.0 for who prefers it in the `Accept` header, as Prometheus does, and Prometheus' text
    /// format 0.0.4 for everyone else. With the feature `gzip` it is compressed for who takes that.
    ///
    /// `/metrics/legacy` is one JSON document with totals and quantiles, for panels that read no series; with `?format=text`, or
    /// for who prefers `text/plain`, it is text.
    ///
    /// [`http_layer`](Telemetry::http_layer) leaves these routes out of the traces and the metrics.
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let (telemetry, of_legacy) = (self.clone(), self.clone());
        Router::new()
            .route(METRICS, get(async move |request: Parts| metrics(&telemetry, &request)))
            .route(LEGACY, get(async move |query, headers| legacy(&of_legacy, query, &headers)))
            .route(HEALTH, get(alive))
            .route(LIVE, get(alive))
    }
}

fn metrics(telemetry: &Telemetry, request: &Parts) -> Response {
    let format = format(Accept::of(&request.headers));
    let metrics = without(telemetry, request, || telemetry.metrics(format));
    let head = [(CONTENT_TYPE, format.content_type()), (VARY, VARIES)];
    (Extension(Operators), head, body(&request.headers, metrics)).into_response()
}

#[cfg(feature = "gzip")]
fn body(headers: &HeaderMap, metrics: String) -> Response {
    super::coding::coded(headers, metrics)
}

#[cfg(not(feature = "gzip"))]
fn body(_: &HeaderMap, metrics: String) -> String {
    metrics
}

/// Does it as if the request were not active, where it is one of the handle's own: a scrape counts itself as little as it
/// is measured.
fn without<R>(telemetry: &Telemetry, request: &Parts, f: impl FnOnce() -> R) -> R {
    let core = telemetry.core();
    let is_own = || Core::of(Ctx::current().key).is_some_and(|of| std::ptr::eq(of, core));
    if request.extensions.get::<Seen>().is_some() && is_own() {
        core.requests.without(KnownMethod::of(&request.method), f)
    } else {
        f()
    }
}

/// The text format, unless OpenMetrics is more wanted, or as much and by its name: whoever takes anything may know nothing
/// else.
fn format(accept: Option<Accept<'_>>) -> MetricsFormat {
    let Some(accept) = accept else { return MetricsFormat::Text };
    let [openmetrics, text] = [OPENMETRICS, TEXT].map(|offer| accept.wish_for(offer));
    let is_named = openmetrics.is_some_and(|wish| wish.is_named);
    let quality = |wish: Option<Wish>| wish.map(|wish| wish.quality);
    match quality(openmetrics).cmp(&quality(text)) {
        Ordering::Greater => MetricsFormat::OpenMetrics,
        Ordering::Equal if is_named => MetricsFormat::OpenMetrics,
        Ordering::Equal | Ordering::Less => MetricsFormat::Text,
    }
}

fn legacy(telemetry: &Telemetry, RawQuery(query): RawQuery, headers: &HeaderMap) -> Response {
    let asked =
        query.as_deref().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("format=")));
    let is_text = match asked {
        Some("text") => true,
        Some(_) => false,
        None => Accept::of(headers).is_some_and(|accept| accept.wish_for(PLAIN) > accept.wish_for(JSON)),
    };
    let legacy = telemetry.legacy();
    if is_text {
        (Extension(Operators), legacy.text()).into_response()
    } else {
        (Extension(Operators), Json(legacy.json())).into_response()
    }
}

async fn alive() -> Response {
    (Extension(Operators), "ok\n").into_response()
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::ACCEPT;

    use super::{Accept, MetricsFormat, format};

    fn answer(accept: &[&'static str]) -> MetricsFormat {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(ACCEPT, value.parse().unwrap());
        }
        format(Accept::of(&headers))
    }

    #[test]
    fn scrapers_get_what_they_prefer() {
        let prometheus_2_42 = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                               text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        let prometheus_3 = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                            application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;q=0.3,\
                            text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
        assert_eq!(answer(&[prometheus_2_42]), MetricsFormat::OpenMetrics);
        assert_eq!(answer(&[prometheus_3]), MetricsFormat::OpenMetrics);
        assert_eq!(answer(&["text/plain;version=0.0.4;q=1,*/*;q=0.1"]), MetricsFormat::Text);
        assert_eq!(answer(&["*/*"]), MetricsFormat::Text);
        assert_eq!(
            answer(&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]),
            MetricsFormat::Text
        );
    }

    #[test]
    fn qualities_are_respected() {
        assert_eq!(answer(&["application/openmetrics-text;q=0.2, text/plain;q=0.3"]), MetricsFormat::Text);
        assert_eq!(
            answer(&["application/openmetrics-text;q=0.3, text/plain;q=0.2"]),
            MetricsFormat::OpenMetrics
        );
        assert_eq!(answer(&["application/openmetrics-text, text/plain"]), MetricsFormat::OpenMetrics);
        assert_eq!(answer(&["application/*"]), MetricsFormat::OpenMetrics);
        assert_eq!(answer(&["application/openmetrics-text;q=0, */*"]), MetricsFormat::Text);
    }

    #[test]
    fn who_says_nothing_that_is_understood_gets_text() {
        assert_eq!(answer(&[]), MetricsFormat::Text);
        assert_eq!(answer(&["application/openmetrics-text;version=2.0.0"]), MetricsFormat::Text);
        assert_eq!(answer(&["application/openmetrics-text;q=nonsense"]), MetricsFormat::Text);
        assert_eq!(answer(&["image/png"]), MetricsFormat::Text);
    }

    /// As if they were one, with commas between them.
    #[test]
    fn several_headers_are_one_list() {
        assert_eq!(answer(&["text/plain;q=0.5", "application/openmetrics-text"]), MetricsFormat::OpenMetrics);
    }
}
