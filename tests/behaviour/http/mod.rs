//! Requests over a real socket: routes, parents, statuses, extractors, endpoints.

mod active;
mod bodies;
mod conventions;
mod panics;
mod public;
mod routes;
mod upgrades;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Extension, Router};
use spanweave::testing::{KeptSpans, TestTelemetry, span_tree};
use spanweave::{Ctx, Keep, Propagators, Sampler, Telemetry, TelemetryBuilder};
use tokio::sync::Notify;

use crate::app::TaskService;

async fn list(State(service): State<Arc<TaskService>>) -> Result<String, StatusCode> {
    let tasks = service.list_tasks(1).await.map_err(|_| StatusCode::NOT_FOUND)?;
    Ok(format!("{tasks:?}"))
}

async fn fail() -> StatusCode {
    StatusCode::BAD_GATEWAY
}

async fn broken(State(service): State<Arc<TaskService>>) -> String {
    service.broken().await.to_string()
}

/// Says that it was reached, and goes on for an hour.
async fn slowly(State(service): State<Arc<TaskService>>, Extension(reached): Extension<Arc<Notify>>) {
    reached.notify_one();
    service.slowly().await;
}

async fn show(ctx: Ctx) -> String {
    format!("{} {}", ctx.trace_id().unwrap(), ctx.is_sampled())
}

/// The headers of a request that it would send.
async fn forward(ctx: Ctx) -> String {
    let mut headers = Vec::new();
    ctx.inject(&mut headers);
    let lines: Vec<_> = headers.into_iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    lines.concat()
}

async fn serve(telemetry: &TestTelemetry) -> String {
    serve_with(telemetry, Arc::default()).await
}

/// Serves the application on a free port, and returns its address.
async fn serve_with(telemetry: &TestTelemetry, reached: Arc<Notify>) -> String {
    let app = Router::new()
        .route("/api/tasks/{id}", get(list))
        .route("/api/fail", post(fail))
        .route("/api/broken", get(broken))
        .route("/api/slowly", get(slowly))
        .route("/api/show", get(show))
        .route("/api/forward", get(forward))
        .layer(Extension(reached))
        .merge(telemetry.routes())
        .layer(telemetry.http_layer())
        .with_state(Arc::new(TaskService::default()));
    listen(app).await
}

/// Serves an application on a free port, and returns its address.
async fn listen(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

/// Waits for what the server does on its own time, as when a client hangs up.
async fn eventually(is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.unwrap();
}

/// The lines of the metric, in the order of the page.
fn metric(telemetry: &TestTelemetry, name: &str) -> String {
    let page = telemetry.metrics_text();
    page.lines().filter(|line| line.starts_with(name)).fold(String::new(), |text, line| text + line + "\n")
}

async fn get_text(url: String) -> String {
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_request_is_a_trace_named_by_its_route() {
    let telemetry = TestTelemetry::new();
    let url = serve(&telemetry).await;
    assert_eq!(get_text(format!("{url}/api/tasks/481516234211?token=hunter2")).await, "[10, 20]");
    assert_eq!(
        telemetry.span_tree_with(&["http.request.method", "http.route", "http.response.status_code"]),
        "\
GET /api/tasks/{id} http.request.method=GET http.route=/api/tasks/{id} http.response.status_code=200
  TaskService.list_tasks
    ResidenceRepository.ids_for_user
    TaskRepository.for_residences
"
    );
    // Long enough not to turn up in a time or a random id.
    let everything = format!("{:?}{}", telemetry.spans(), telemetry.metrics_text());
    assert!(!everything.contains("481516234211") && !everything.contains("hunter2"));
}

#[tokio::test]
async fn statuses_are_classified_by_the_conventions() {
    let telemetry = TestTelemetry::new();
    let url = serve(&telemetry).await;
    let client = reqwest::Client::new();
    client.post(format!("{url}/api/fail")).send().await.unwrap();
    client.get(format!("{url}/nowhere/{}", "x".repeat(100))).send().await.unwrap();
    client.request("BREW".parse().unwrap(), format!("{url}/api/fail")).send().await.unwrap();
    assert_eq!(telemetry.span_tree(), "POST /api/fail [error: 502]\nGET\nHTTP /api/fail\n");
    let metrics = telemetry.metrics_text();
    let requests: Vec<_> =
        metrics.lines().filter(|line| line.starts_with("http_request_duration_seconds_count")).collect();
    assert_eq!(
        requests,
        [
            r#"http_request_duration_seconds_count{route="/api/fail",method="POST",status="502"} 1"#,
            r#"http_request_duration_seconds_count{route="unmatched",method="GET",status="404"} 1"#,
            r#"http_request_duration_seconds_count{route="unmatched",method="_OTHER",status="405"} 1"#,
        ]
    );
}

#[tokio::test]
async fn a_good_parent_is_followed_and_a_bad_one_ignored() {
    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let telemetry = TestTelemetry::new();
    let url = serve(&telemetry).await;
    let client = reqwest::Client::new();
    let show = async |parent: String| {
        let request = client.get(format!("{url}/api/show")).header("traceparent", parent);
        request.send().await.unwrap().text().await.unwrap()
    };
    assert_eq!(show(PARENT.to_owned()).await, "4bf92f3577b34da6a3ce929d0e0e4736 true");
    assert_eq!(show(PARENT.replace("-01", "-00")).await, "4bf92f3577b34da6a3ce929d0e0e4736 false");
    let zero = "00-00000000000000000000000000000000-00f067aa0ba902b7-01".to_owned();
    for bad in [PARENT.to_uppercase(), zero, format!("{PARENT}-{}", "a".repeat(4_000)), "nonsense".to_owned()]
    {
        let shown = show(bad).await;
        assert!(
            !shown.starts_with("4bf92f35") && !shown.starts_with("0000") && shown.ends_with(" true"),
            "{shown}"
        );
    }
    let spans = telemetry.spans();
    let followed = &spans[0];
    assert_eq!(followed.parent_span_id.to_string(), "00f067aa0ba902b7");
    assert!(followed.parent_span_is_remote);
    assert_eq!(spans.len(), 5, "the caller's decision not to sample was respected");
}

/// The root of a request that comes with this parent, as text with what was decided; none where it was left out.
async fn decided(builder: TelemetryBuilder, parent: &str) -> String {
    let kept = KeptSpans::new();
    let telemetry = builder.exporter(kept.clone()).build().unwrap();
    let app = Router::new().route("/fail", get(fail)).layer(telemetry.http_layer());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/fail", listener.local_addr().unwrap());
    let server = tokio::spawn(axum::serve(listener, app).into_future());
    let request = reqwest::Client::new().get(url).header("traceparent", parent);
    assert_eq!(request.send().await.unwrap().status(), 502);
    server.abort();
    let flushed = tokio::task::spawn_blocking(move || telemetry.flush(Duration::from_secs(30)));
    assert!(flushed.await.unwrap());
    span_tree(&kept.spans(), &["spanweave.kept_for", "spanweave.keep_rate"])
}

#[tokio::test]
async fn what_a_parent_decided_is_said_and_can_be_ignored() {
    const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const LEFT_OUT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let rules = [Keep::nothing(), Keep::nothing().errors(0.5), Keep::nothing().errors(1.0)];
    let [nothing, halves, errors] =
        rules.map(|keep| move |sampler| Telemetry::builder().keep(keep.clone()).sampler(sampler));
    let (always_on, always_off) = (Sampler::always_on, Sampler::always_off);
    let root = |decision: &str| format!("GET /fail [error: 502]{decision}\n");
    let by_parent = root(" spanweave.kept_for=parent");
    assert_eq!(decided(nothing(always_off()), SAMPLED).await, by_parent);
    assert_eq!(decided(halves(always_off()), SAMPLED).await, by_parent, "its rate may be higher");
    assert_eq!(decided(nothing(always_on()), LEFT_OUT).await, "");
    let sampled = root(" spanweave.kept_for=parent spanweave.keep_rate=1");
    assert_eq!(decided(errors(always_off()), SAMPLED).await, sampled);
    let failed = root(" spanweave.kept_for=error spanweave.keep_rate=1");
    assert_eq!(decided(errors(always_on()), LEFT_OUT).await, failed);
    let always = root(" spanweave.kept_for=always spanweave.keep_rate=1");
    assert_eq!(decided(nothing(always_on().ignoring_parents()), LEFT_OUT).await, always);
    let edge = nothing(always_on()).propagators(Propagators::none());
    assert_eq!(decided(edge, LEFT_OUT).await, always);
    let quiet = || always_on().root("GET /fail", 0.0);
    assert_eq!(decided(nothing(quiet()), SAMPLED).await, by_parent);
    assert_eq!(decided(nothing(quiet().ignoring_parents()), SAMPLED).await, "");
}

#[tokio::test]
async fn a_client_that_hangs_up_cancels_and_a_panic_is_one() {
    let telemetry = TestTelemetry::new();
    let reached = Arc::new(Notify::new());
    let url = serve_with(&telemetry, Arc::clone(&reached)).await;
    tokio::select! {
        response = reqwest::get(format!("{url}/api/slowly")) => panic!("{response:?}"),
        () = reached.notified() => {}
    }
    assert!(reqwest::get(format!("{url}/api/broken")).await.is_err());
    eventually(|| telemetry.spans().len() >= 6).await;
    assert_eq!(
        telemetry.span_tree(),
        "\
GET /api/slowly [cancelled]
  TaskService.slowly [cancelled]
    TaskRepository.slowly [cancelled]
GET /api/broken [panicked]
  TaskService.broken [panicked]
    TaskRepository.broken [panicked]
"
    );
    let metrics = telemetry.metrics_text();
    assert!(metrics.contains(r#"{route="/api/slowly",method="GET",status="cancelled"} 1"#), "{metrics}");
    assert!(metrics.contains(r#"{route="/api/broken",method="GET",status="panicked"} 1"#), "{metrics}");
}

#[tokio::test]
async fn operators_find_their_endpoints_and_leave_no_trace() {
    let telemetry = TestTelemetry::new();
    let url = serve(&telemetry).await;
    assert_eq!(get_text(format!("{url}/api/health/")).await, "ok\n");
    assert_eq!(get_text(format!("{url}/api/health/live")).await, "ok\n");
    let metrics = reqwest::get(format!("{url}/metrics")).await.unwrap();
    assert_eq!(metrics.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert!(metrics.text().await.unwrap().contains("# TYPE spanweave_spans_exported_total counter\n"));
    assert_eq!(telemetry.span_tree(), "");
}

#[tokio::test]
async fn a_request_through_nested_layers_is_one_trace() {
    let telemetry = TestTelemetry::new();
    let inner = Router::new().route("/show", get(show)).layer(telemetry.http_layer());
    let app: Router =
        Router::new().nest("/api", inner).nest("/internal", telemetry.routes()).layer(telemetry.http_layer());
    let url = listen(app).await;
    get_text(format!("{url}/api/show")).await;
    get_text(format!("{url}/internal/metrics")).await;
    assert_eq!(telemetry.span_tree(), "GET /api/show\n");
    assert_eq!(telemetry.metrics_text().matches("http_request_duration_seconds_count").count(), 1);
}

#[tokio::test]
async fn a_router_keeps_its_telemetry_alive() {
    let kept = KeptSpans::new();
    let app: Router = {
        let telemetry = Telemetry::builder().sampling_ratio(1.0).exporter(kept.clone()).build().unwrap();
        Router::new().route("/show", get(show)).layer(telemetry.http_layer())
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(axum::serve(listener, app).into_future());
    get_text(format!("{url}/show")).await;
    server.abort();
    assert!(server.await.is_err_and(|error| error.is_cancelled()));
    eventually(|| !kept.spans().is_empty()).await;
    assert_eq!(kept.spans()[0].name, "GET /show");
}

#[tokio::test]
async fn what_a_request_carries_is_passed_on() {
    let telemetry = TestTelemetry::new();
    let url = serve(&telemetry).await;
    let headers = [
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("tracestate", "foo=1,bar=2"),
        ("tracestate", ""),
        ("tracestate", "baz=3"),
        ("baggage", "tenant=7 , not valid"),
        ("baggage", "since=2019;p=1"),
    ];
    let forward = |headers: &[(&str, &str)]| {
        let request = reqwest::Client::new().get(format!("{url}/api/forward"));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        async { request.send().await.unwrap().text().await.unwrap() }
    };
    let sent = forward(&headers).await;
    let (parent, carried) = sent.split_once('\n').unwrap();
    assert_eq!(carried, "tracestate: foo=1,bar=2,baz=3\nbaggage: tenant=7,since=2019;p=1\n");
    let spans = telemetry.spans();
    let own = &spans[0].span_context;
    assert_eq!(parent, format!("traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", own.span_id()));
    assert_eq!(own.trace_state().header(), "foo=1,bar=2,baz=3");
    assert!(spans[0].parent_span_is_remote);

    let sent = forward(&[headers[0], headers[0], headers[1], headers[4]]).await;
    assert!(!sent.contains("4bf92f") && sent.ends_with("\nbaggage: tenant=7\n"), "{sent}");
}
