//! What operators ask an application for.

use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use http::header::CONTENT_TYPE;

use crate::telemetry::Telemetry;

const METRICS: &str = "/metrics";
const HEALTH: &str = "/api/health/";
const LIVE: &str = "/api/health/live";
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Marks the response to what machines ask every few seconds, wherever its route is nested: the layer forgets it.
#[derive(Clone, Copy)]
pub(super) struct Operators;

impl Telemetry {
    /// `GET /metrics`, and `GET /api/health/` and `/api/health/live`, which answer 200 while the process listens and
    /// ask nothing of a database.
    ///
    /// [`http_layer`](Telemetry::http_layer) leaves these routes out of the traces and the metrics.
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let telemetry = self.clone();
        Router::new()
            .route(METRICS, get(async move || metrics(&telemetry)))
            .route(HEALTH, get(alive))
            .route(LIVE, get(alive))
    }
}

fn metrics(telemetry: &Telemetry) -> Response {
    (Extension(Operators), [(CONTENT_TYPE, OPENMETRICS)], telemetry.metrics_text()).into_response()
}

async fn alive() -> Response {
    (Extension(Operators), "ok\n").into_response()
}
