//! The application with the usual stack: `#[instrument]`, a span around each statement, `TraceLayer` for the root, and
//! a histogram of `prometheus` per method.
//!
//! Subscriber, batch processor and histograms are those of the other benches' peer. `TraceLayer` makes its span and
//! fills it in as in axum's example, with the attributes that spanweave's root has; its events are below the filter's
//! level. Requests and statements have no histograms here, which spanweave's have.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::trace::SdkTracerProvider;
use spanweave_bench::peers::tracing_stack::{provider, start_timer, subscriber};
use sqlx::SqlitePool;
use tower_http::trace::TraceLayer;
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span, instrument};
use tracing_subscriber::util::SubscriberInitExt;

use super::api::{AppError, RESIDENCE, RESIDENCE_ID, ROUTE, Residence, TASKS, Task, TaskList};

struct ResidenceRepository {
    pool: SqlitePool,
}

impl ResidenceRepository {
    #[instrument(name = "ResidenceRepository::find", skip_all, err)]
    pub async fn find(&self, id: i64) -> sqlx::Result<Option<Residence>> {
        let _timer = start_timer("ResidenceRepository", "find");
        let statement = sqlx::query_as(RESIDENCE).bind(id).fetch_optional(&self.pool);
        statement.instrument(select(RESIDENCE, "residences")).await
    }
}

struct TaskRepository {
    pool: SqlitePool,
}

impl TaskRepository {
    #[instrument(name = "TaskRepository::for_residence", skip_all, err)]
    pub async fn for_residence(&self, residence_id: i64) -> sqlx::Result<Vec<Task>> {
        let _timer = start_timer("TaskRepository", "for_residence");
        let statement = sqlx::query_as(TASKS).bind(residence_id).fetch_all(&self.pool);
        statement.instrument(select(TASKS, "tasks")).await
    }
}

struct TaskService {
    residences: ResidenceRepository,
    tasks: TaskRepository,
}

impl TaskService {
    #[instrument(name = "TaskService::list", skip_all, err)]
    pub async fn list(&self, residence_id: i64) -> Result<TaskList, AppError> {
        let _timer = start_timer("TaskService", "list");
        let residence = self.residences.find(residence_id).await?.ok_or(AppError::NoSuchResidence)?;
        let tasks = self.tasks.for_residence(residence.id).await?;
        Ok(TaskList { residence, tasks })
    }
}

async fn list_tasks(State(service): State<Arc<TaskService>>) -> Result<Json<TaskList>, AppError> {
    Ok(Json(service.list(RESIDENCE_ID).await?))
}

fn select(text: &'static str, table: &'static str) -> Span {
    info_span!(
        "SELECT",
        otel.kind = "client",
        db.system.name = "sqlite",
        db.query.text = text,
        db.operation.name = "SELECT",
        db.collection.name = table,
    )
}

fn root(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    info_span!(
        "request",
        otel.name = format!("{} {route}", request.method()),
        otel.kind = "server",
        http.request.method = request.method().as_str(),
        http.route = route,
        http.response.status_code = Empty,
        url.scheme = "http",
    )
}

fn record_status(response: &Response, _latency: Duration, span: &Span) {
    span.record("http.response.status_code", response.status().as_u16());
}

/// Spanweave's variables are read here, too: to which collector, and at which ratio.
pub fn install() -> SdkTracerProvider {
    let variable = |name| env::var(name).expect("the variable is set for every version that exports");
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(variable("OBS_TRACES_URL"))
        .build()
        .expect("a bench can make an exporter");
    let ratio = variable("OTEL_TRACES_SAMPLER_ARG").parse().expect("the ratio is a number");
    let provider = provider(exporter, ratio);
    subscriber(&provider).init();
    provider
}

pub fn router(pool: &SqlitePool) -> Router {
    let residences = ResidenceRepository { pool: pool.clone() };
    let tasks = TaskRepository { pool: pool.clone() };
    Router::new()
        .route(ROUTE, get(list_tasks))
        .with_state(Arc::new(TaskService { residences, tasks }))
        .layer(TraceLayer::new_for_http().make_span_with(root).on_response(record_status))
}
