//! The samples of `docs/testing.md`.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use http::{Request, StatusCode};
use spanweave::assert_budget;
use spanweave::logs::LevelFilter;
use spanweave::testing::TestTelemetry;
use tower::ServiceExt;
use tracing::instrument::WithSubscriber;
use tracing_subscriber::layer::SubscriberExt;

use crate::app::TaskService;

async fn tasks(State(service): State<Arc<TaskService>>, Path(id): Path<i64>) -> Result<String, StatusCode> {
    let tasks = service.list_tasks(id).await.map_err(|_| StatusCode::NOT_FOUND)?;
    Ok(format!("{tasks:?}"))
}

fn app() -> Router {
    Router::new()
        .route("/api/tasks/{id}", get(tasks))
        .route("/users/", post(async || StatusCode::CREATED))
        .with_state(Arc::new(TaskService::default()))
}

#[tokio::test]
async fn a_request_needs_no_server() {
    let telemetry = TestTelemetry::new();
    let app = app().layer(telemetry.http_layer());
    let signed_up = app.clone().oneshot(Request::post("/users/").body(Body::empty()).unwrap()).await;
    assert_eq!(signed_up.unwrap().status(), 201);
    assert_eq!(telemetry.take().len(), 1);

    let response = app.oneshot(Request::get("/api/tasks/1").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(
        telemetry.span_tree(),
        "\
GET /api/tasks/{id}
  TaskService.list_tasks
    ResidenceRepository.ids_for_user
    TaskRepository.for_residences
"
    );
    assert_budget!(telemetry, sql <= 2, spans == 4);
}

#[tokio::test]
async fn a_future_has_its_own_log() {
    let telemetry = TestTelemetry::new();
    let logs = telemetry.logs().writer(io::sink()).span_events(LevelFilter::INFO).layer().unwrap();
    let subscriber = tracing_subscriber::registry().with(logs);
    let import = telemetry.root("import").run(async { tracing::info!(rows = 3, "imported") });
    import.with_subscriber(subscriber).await;
    assert_eq!(telemetry.span_tree_with_events(), "import\n  - imported\n");
}

#[tokio::test]
async fn what_is_called_outside_any_root_is_not_seen() {
    let telemetry = TestTelemetry::new();
    TaskService::default().list_tasks(1).await.unwrap();
    assert_eq!(telemetry.span_tree(), "");
    assert!(telemetry.methods().is_empty());
}
