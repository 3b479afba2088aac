//! What operators ask an application for.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::CONTENT_TYPE;

use crate::telemetry::Telemetry;

const METRICS: &str = "/metrics";
const HEALTH: &str = "/api/health/";
const LIVE: &str = "/api/health/live";

/// Whether a route is asked by machines, every few seconds: the layer lets those pass.
pub(super) fn is_operators(template: &str) -> bool {
    [METRICS, HEALTH, LIVE].contains(&template)
}

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

impl Telemetry {
    /// `GET /metrics`, and `GET /api/health/` and `/api/health/live`, which answer 200 while the process listens and
    /// ask nothing of a database.
    ///
    /// [`http_layer`](Telemetry::http_layer) leaves these routes out of the traces and the metrics.
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let telemetry = self.clone();
        Router::new()
            .route(METRICS, get(async move || metrics(&telemetry).into_response()))
            .route(HEALTH, get(alive))
            .route(LIVE, get(alive))
    }
}

fn metrics(telemetry: &Telemetry) -> impl IntoResponse {
    ([(CONTENT_TYPE, OPENMETRICS)], telemetry.metrics_text())
}

async fn alive() -> &'static str {
    "ok\n"
}
