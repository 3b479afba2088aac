//! What a request's span shows by itself, and what only where it was asked for.

use axum::Router;
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{Request, Version};
use axum::routing::get;
use spanweave::http::HttpLayer;
use spanweave::testing::TestTelemetry;
use tower_service::Service;

const PROTOCOL: [&str; 3] = ["http.request.method", "url.scheme", "network.protocol.version"];
const ASKED_FOR: [&str; 4] = ["url.path", "server.address", "server.port", "user_agent.original"];

async fn ask(layer: HttpLayer, request: Builder) {
    let mut app: Router = Router::new().route("/tasks/{id}", get(async || "")).layer(layer);
    app.call(request.body(Body::empty()).unwrap()).await.unwrap();
}

/// A request behind a proxy, with whatever clients send.
fn request() -> Builder {
    Request::get("/tasks/481516?token=hunter2")
        .header("host", "tasks.example:8443")
        .header("user-agent", "curl/8.5")
        .header("x-forwarded-proto", "https")
        .header("forwarded", "for=192.0.2.60;host=public.example")
        .header("authorization", "Bearer hunter3")
}

#[tokio::test]
async fn a_request_has_its_scheme_and_its_version() {
    let telemetry = TestTelemetry::new();
    let ask = |request| ask(telemetry.http_layer(), request);
    ask(Request::get("/tasks/1")).await;
    ask(Request::get("/tasks/1").version(Version::HTTP_10)).await;
    // As HTTP/2 has it.
    ask(Request::get("https://tasks.example/tasks/1").version(Version::HTTP_2)).await;
    ask(request()).await;
    let of_plain = "http.request.method=GET url.scheme=http network.protocol.version=1.1";
    assert_eq!(
        telemetry.span_tree_with(&PROTOCOL),
        format!(
            "\
GET /tasks/{{id}} {of_plain}
GET /tasks/{{id}} http.request.method=GET url.scheme=http network.protocol.version=1.0
GET /tasks/{{id}} http.request.method=GET url.scheme=https network.protocol.version=2
GET /tasks/{{id}} {of_plain}
"
        )
    );
}

#[tokio::test]
async fn no_header_and_no_path_is_shown_by_itself() {
    let telemetry = TestTelemetry::new();
    ask(telemetry.http_layer(), request()).await;
    let everything = format!("{:?}{}", telemetry.spans(), telemetry.metrics_text());
    for hidden in ["481516", "hunter", "tasks.example", "public.example", "curl", "192.0.2.60"] {
        assert!(!everything.contains(hidden), "{hidden}: {everything}");
    }
}

#[tokio::test]
async fn what_is_asked_for_is_shown_and_no_more() {
    let telemetry = TestTelemetry::new();
    ask(telemetry.http_layer().record_path(true).record_host(true).record_user_agent(true), request()).await;
    assert_eq!(
        telemetry.span_tree_with(&ASKED_FOR),
        "GET /tasks/{id} url.path=/tasks/481516 server.address=tasks.example server.port=8443 \
         user_agent.original=curl/8.5\n"
    );
    let spans = format!("{:?}", telemetry.spans());
    assert!(!spans.contains("hunter") && !spans.contains("192.0.2.60"), "{spans}");
}

#[tokio::test]
async fn a_proxy_is_believed_where_it_is_trusted() {
    let telemetry = TestTelemetry::new();
    ask(telemetry.http_layer().record_host(true).trust_forwarded(true), request()).await;
    assert_eq!(
        telemetry.span_tree_with(&["url.scheme", "server.address", "server.port"]),
        "GET /tasks/{id} url.scheme=https server.address=public.example\n"
    );
}

#[tokio::test]
async fn what_a_client_writes_is_bounded_and_looked_at() {
    let telemetry = TestTelemetry::new();
    let layer = || telemetry.http_layer().record_path(true).record_host(true).record_user_agent(true);
    let long = "a".repeat(5_000);
    let too_long = Request::get(format!("/{long}")).header("host", &long).header("user-agent", &long);
    ask(layer(), too_long).await;
    ask(layer(), Request::get("/").header("host", "user:hunter2@h").header("user-agent", "\u{1F600}")).await;
    ask(layer(), Request::get("/").header("host", "h:80")).await;
    assert_eq!(
        telemetry.span_tree_with(&ASKED_FOR),
        format!(
            "GET url.path=/{} user_agent.original={}\nGET url.path=/\nGET url.path=/ server.address=h\n",
            &long[..1_023],
            &long[..256]
        )
    );
}
