//! Access lines, and the ids of requests.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::get;
use axum::{Extension, Router};
use spanweave::http::HttpLayer;
use spanweave::testing::TestTelemetry;
use spanweave::{Ctx, Telemetry};
use tokio::sync::Notify;
use tower_service::Service;

use super::Log;
use crate::app::TaskService;

async fn task() -> &'static str {
    Ctx::current().set_user_id(42);
    tracing::info!("handling");
    "ok"
}

async fn fail() -> StatusCode {
    StatusCode::BAD_GATEWAY
}

async fn own_id() -> ([(&'static str, &'static str); 1], String) {
    ([("x-request-id", "the-application's")], Ctx::current().request_id().unwrap())
}

async fn broken() {
    TaskService::default().broken().await;
}

async fn slowly(Extension(reached): Extension<Arc<Notify>>) {
    reached.notify_one();
    TaskService::default().slowly().await;
}

fn app(telemetry: &Telemetry, layer: HttpLayer, reached: &Arc<Notify>) -> Router {
    Router::new()
        .route("/api/tasks/{id}", get(task))
        .route("/api/fail", get(fail))
        .route("/api/own", get(own_id))
        .route("/api/broken", get(broken))
        .route("/api/slowly", get(slowly))
        .layer(Extension(Arc::clone(reached)))
        .merge(telemetry.routes())
        .layer(layer)
}

async fn ask(app: &mut Router, path: &str, ids: &[&str]) -> HeaderMap {
    let request = ids.iter().fold(Request::get(path), |request, id| request.header("x-request-id", *id));
    app.call(request.body(axum::body::Body::empty()).unwrap()).await.unwrap().headers().clone()
}

#[tokio::test]
async fn a_request_has_one_line_at_its_end() {
    let telemetry = TestTelemetry::new();
    let log = Log::of(&telemetry);
    let mut app = app(&telemetry, telemetry.http_layer(), &Arc::default());
    ask(&mut app, "/api/tasks/481516234211?token=hunter2", &[]).await;
    ask(&mut app, "/nowhere", &["client-7"]).await;
    ask(&mut app, "/api/fail", &[]).await;
    ask(&mut app, "/metrics", &[]).await;
    ask(&mut app, "/api/health/", &[]).await;
    assert_eq!(
        log.masked(),
        r#"{"time":"TIME","level":"info","target":"behaviour::logs::access","caller":"tests/behaviour/logs/access.rs:LINE","message":"handling","trace_id":"TRACE1","span_id":"SPAN1","request_id":"TRACE1"}
{"time":"TIME","level":"info","target":"spanweave::access","caller":"runtime/src/http/access.rs:LINE","message":"request","trace_id":"TRACE1","span_id":"SPAN1","request_id":"TRACE1","fields":{"method":"GET","route":"/api/tasks/{id}","status":200,"outcome":"ok","latency_ms":LATENCY,"user_id":"42"}}
{"time":"TIME","level":"info","target":"spanweave::access","caller":"runtime/src/http/access.rs:LINE","message":"request","trace_id":"TRACE2","span_id":"SPAN2","request_id":"client-7","fields":{"method":"GET","route":"unmatched","status":404,"outcome":"ok","latency_ms":LATENCY}}
{"time":"TIME","level":"error","target":"spanweave::access","caller":"runtime/src/http/access.rs:LINE","message":"request","trace_id":"TRACE3","span_id":"SPAN3","request_id":"TRACE3","fields":{"method":"GET","route":"/api/fail","status":502,"outcome":"error","latency_ms":LATENCY}}
"#
    );
    assert_eq!(
        telemetry.span_tree_with(&["http.request.header.x-request-id"]),
        "GET /api/tasks/{id}\nGET http.request.header.x-request-id=[\"client-7\"]\nGET /api/fail [error: 502]\n"
    );
}

#[tokio::test]
async fn a_request_that_is_cancelled_or_panics_has_its_line_too() {
    // Whether a trace is sampled is nothing to the log.
    let telemetry = Telemetry::builder().sampling_ratio(0.0).build().unwrap();
    let log = Log::of(&telemetry);
    let reached = Arc::new(Notify::new());
    let mut app = app(&telemetry, telemetry.http_layer(), &reached);
    let mut clone = app.clone();
    tokio::select! {
        response = ask(&mut clone, "/api/slowly", &[]) => panic!("{response:?}"),
        () = reached.notified() => {}
    }
    let broken = tokio::spawn(async move { ask(&mut app, "/api/broken", &[]).await }).await;
    assert!(broken.is_err_and(|error| error.is_panic()));
    assert_eq!(
        log.masked(),
        r#"{"time":"TIME","level":"info","target":"spanweave::access","caller":"runtime/src/http/access.rs:LINE","message":"request","trace_id":"TRACE1","span_id":"SPAN1","request_id":"TRACE1","fields":{"method":"GET","route":"/api/slowly","outcome":"cancelled","latency_ms":LATENCY}}
{"time":"TIME","level":"error","target":"spanweave::access","caller":"runtime/src/http/access.rs:LINE","message":"request","trace_id":"TRACE2","span_id":"SPAN2","request_id":"TRACE2","fields":{"method":"GET","route":"/api/broken","outcome":"panicked","latency_ms":LATENCY}}
"#
    );
}

#[tokio::test]
async fn a_request_whose_panic_is_answered_has_the_status_that_the_client_saw() {
    let telemetry = Telemetry::builder().build().unwrap();
    let log = Log::of(&telemetry);
    let layer = telemetry.http_layer().catch_panics(true);
    let mut app: Router = Router::new().route("/api/broken", get(broken)).layer(layer);
    ask(&mut app, "/api/broken", &[]).await;
    let text = log.text();
    assert!(
        text.contains(r#""route":"/api/broken","status":500,"outcome":"panicked","latency_ms""#),
        "{text}"
    );
}

#[tokio::test]
async fn the_line_is_at_the_end_of_a_body_that_is_timed() {
    let telemetry = Telemetry::builder().build().unwrap();
    let log = Log::of(&telemetry);
    let layer = telemetry.http_layer().time_body(true);
    let mut app: Router = Router::new().route("/api/tasks/{id}", get(async || "task")).layer(layer);
    let request = Request::get("/api/tasks/1").body(axum::body::Body::empty()).unwrap();
    let response = app.call(request).await.unwrap();
    assert_eq!(log.text(), "");
    drop(response);
    let text = log.text();
    assert!(text.contains(r#""status":200,"outcome":"cancelled","latency_ms""#), "{text}");
}

#[tokio::test]
async fn the_id_is_the_clients_if_it_is_one_and_is_answered() {
    let telemetry = Telemetry::builder().build().unwrap();
    let log = Log::of(&telemetry);
    let mut app = app(&telemetry, telemetry.http_layer(), &Arc::default());
    assert_eq!(
        ask(&mut app, "/api/tasks/1", &["6ba7b810-9dad.11d1_80B4"]).await["x-request-id"],
        "6ba7b810-9dad.11d1_80B4"
    );
    for bad in [&["two words"][..], &["{\"a\":1}"], &[&"a".repeat(129)], &["one", "two"], &[]] {
        let answered = ask(&mut app, "/api/tasks/1", bad).await;
        let id = answered["x-request-id"].to_str().unwrap();
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        let text = log.text();
        assert_eq!(text.lines().last().unwrap().matches(id).count(), 2, "as trace_id and request_id: {text}");
    }
    assert_eq!(ask(&mut app, "/api/own", &["client-7"]).await["x-request-id"], "the-application's");
    assert!(ask(&mut app, "/metrics", &["client-7"]).await.get("x-request-id").is_none());
}

#[tokio::test]
async fn without_a_log_there_are_no_ids_unless_they_are_asked_for() {
    let telemetry = Telemetry::builder().build().unwrap();
    let mut plain = app(&telemetry, telemetry.http_layer(), &Arc::default());
    assert!(ask(&mut plain, "/api/tasks/1", &["client-7"]).await.get("x-request-id").is_none());
    let mut with_ids = app(&telemetry, telemetry.http_layer().request_ids(true), &Arc::default());
    assert_eq!(ask(&mut with_ids, "/api/tasks/1", &["client-7"]).await["x-request-id"], "client-7");
    let _log = Log::of(&telemetry);
    let mut without = app(&telemetry, telemetry.http_layer().request_ids(false), &Arc::default());
    assert!(ask(&mut without, "/api/tasks/1", &["client-7"]).await.get("x-request-id").is_none());
}

#[tokio::test]
async fn the_path_is_logged_where_it_was_asked_for_and_never_the_query() {
    let telemetry = Telemetry::builder().build().unwrap();
    let log = Log::of(&telemetry);
    let mut app = app(&telemetry, telemetry.http_layer().log_path(true), &Arc::default());
    ask(&mut app, "/api/tasks/481516234211?token=hunter2", &[]).await;
    let text = log.text();
    assert!(
        text.contains(r#""route":"/api/tasks/{id}","path":"/api/tasks/481516234211","status""#),
        "{text}"
    );
    assert!(!text.contains("hunter2"));
    ask(&mut app, &format!("/{}", "a".repeat(5_000)), &[]).await;
    let text = log.text();
    assert!(text.contains(&format!("\"path\":\"/{}\"", "a".repeat(1_023))), "{text}");
}

/// What is spawned in a request, and goes on after it, is still known by its id.
#[tokio::test]
async fn the_id_reaches_what_outlives_the_request() {
    let telemetry = Telemetry::builder().build().unwrap();
    let _log = Log::of(&telemetry);
    let (sender, mut contexts) = tokio::sync::mpsc::unbounded_channel();
    let keep = get(async move |ctx: Ctx| sender.send(ctx).unwrap());
    let mut app: Router = Router::new().route("/", keep).layer(telemetry.http_layer());
    ask(&mut app, "/", &["client-7"]).await;
    ask(&mut app, "/", &["client-8"]).await;
    ask(&mut app, "/", &[]).await;
    let mut ids = Vec::new();
    while let Ok(Some(ctx)) = tokio::time::timeout(Duration::from_millis(1), contexts.recv()).await {
        ids.push((ctx.request_id().unwrap(), ctx.trace_id().unwrap().to_string()));
    }
    let [(first, _), (second, _), (third, trace)] = &ids[..] else { panic!("{ids:?}") };
    assert_eq!((&**first, &**second, third), ("client-7", "client-8", trace));
}
