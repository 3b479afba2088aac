//! Requests that end with the body of their response, where that is asked for.

use std::convert::Infallible;
use std::pin::pin;
use std::task::Poll;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, Request, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use futures_util::stream::{self, StreamExt};
use http_body::Frame;
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper_util::rt::{TokioExecutor, TokioIo};
use spanweave::MetricsFormat;
use spanweave::testing::TestTelemetry;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::{Layer, Service, service_fn};

use super::{eventually, get_text, listen, metric};
use crate::app::{AppError, TaskService};

const COUNT: &str = "http_request_duration_seconds_count";

/// A router whose bodies are timed.
fn timed(telemetry: &TestTelemetry, routes: Router) -> Router {
    routes.layer(telemetry.http_layer().time_body(true))
}

async fn ask(app: &mut Router, request: Request<Body>) -> Response<Body> {
    app.call(request).await.unwrap()
}

fn request(method: &str, path: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).body(Body::empty()).unwrap()
}

/// Two rows, each of a traced call, with a pause between them.
async fn rows() -> Body {
    Body::from_stream(stream::iter([1, 2]).then(async |user: i64| {
        let tasks = TaskService::default().list_tasks(user).await?;
        Ok::<_, AppErrorText>(format!("{tasks:?}"))
    }))
}

#[derive(Debug)]
struct AppErrorText(AppError);

impl From<AppError> for AppErrorText {
    fn from(error: AppError) -> AppErrorText {
        AppErrorText(error)
    }
}

impl std::fmt::Display for AppErrorText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for AppErrorText {}

#[tokio::test]
async fn a_request_ends_with_its_body_whose_calls_are_its_own() {
    let telemetry = TestTelemetry::new();
    let mut app = timed(&telemetry, Router::new().route("/rows", get(rows)));
    let response = ask(&mut app, request("GET", "/rows")).await;
    assert_eq!((telemetry.span_tree(), metric(&telemetry, COUNT)), (String::new(), String::new()));
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "[10, 20][20, 30]");
    let call = [
        "  TaskService.list_tasks\n",
        "    ResidenceRepository.ids_for_user\n",
        "    TaskRepository.for_residences\n",
    ];
    let call = call.concat();
    assert_eq!(telemetry.span_tree(), format!("GET /rows\n{call}{call}"));
    assert_eq!(
        metric(&telemetry, COUNT),
        "http_request_duration_seconds_count{route=\"/rows\",method=\"GET\",status=\"200\"} 1\n"
    );
}

#[tokio::test]
async fn by_default_a_request_ends_with_the_head() {
    let telemetry = TestTelemetry::new();
    for layer in [telemetry.http_layer().catch_panics(true), telemetry.http_layer().time_body(false)] {
        let mut app = Router::new().route("/rows", get(rows)).layer(layer);
        let _unread = ask(&mut app, request("GET", "/rows")).await;
    }
    let mut app = Router::new().route("/rows", get(rows)).layer(telemetry.http_layer());
    let _unread = ask(&mut app, request("GET", "/rows")).await;
    assert_eq!(telemetry.span_tree(), "GET /rows\nGET /rows\nGET /rows\n");
}

#[tokio::test]
async fn what_has_no_body_ends_with_its_head() {
    let telemetry = TestTelemetry::new();
    let not_modified = async || (StatusCode::NOT_MODIFIED, rows().await);
    let routes = Router::new()
        .route("/rows", get(rows))
        .route("/unchanged", get(not_modified))
        .route("/empty", post(async || StatusCode::CREATED));
    let mut app = timed(&telemetry, routes);
    for (method, path) in [("HEAD", "/rows"), ("GET", "/unchanged"), ("POST", "/empty"), ("GET", "/nowhere")]
    {
        // Held, so that nothing ends by being dropped.
        let response = ask(&mut app, request(method, path)).await;
        assert_eq!(metric(&telemetry, "http_server_active_requests{").matches("} 1").count(), 0, "{path}");
        drop(response);
    }
    let ended = telemetry.span_tree();
    assert_eq!(ended, "HEAD /rows\nGET /unchanged\nPOST /empty\nGET\n");
}

/// What follows the head is the tunnel's.
#[tokio::test]
async fn the_answer_to_connect_ends_with_its_head() {
    let telemetry = TestTelemetry::new();
    let tunnel = service_fn(async |request: Request<Body>| {
        let status =
            if request.uri().port_u16() == Some(443) { StatusCode::OK } else { StatusCode::FORBIDDEN };
        Ok::<_, Infallible>((status, rows().await).into_response())
    });
    let mut service = telemetry.http_layer().time_body(true).layer(tunnel);
    let opened = service.call(request("CONNECT", "tasks.example:443")).await.unwrap();
    let refused = service.call(request("CONNECT", "tasks.example:25")).await.unwrap();
    // Held, so that nothing ends by being dropped.
    let shown = ["http.response.status_code"];
    assert_eq!(telemetry.span_tree_with(&shown), "CONNECT http.response.status_code=200\n");
    drop(refused);
    assert_eq!(
        telemetry.span_tree_with(&shown),
        "CONNECT http.response.status_code=200\nCONNECT [cancelled] http.response.status_code=403\n"
    );
    drop(opened);
}

/// Of two streams of one connection over HTTP/2, without TLS.
#[tokio::test]
async fn a_stream_of_http_2_ends_with_its_own_body() {
    let telemetry = TestTelemetry::new();
    let routes = Router::new().route("/rows", get(rows)).route("/events", get(endless));
    let url = listen(timed(&telemetry, routes)).await;
    let stream = tokio::net::TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut ask = async |path: &str| {
        let request = Request::get(format!("{url}{path}")).body(Empty::<Bytes>::new()).unwrap();
        client.send_request(request).await.unwrap().into_body()
    };
    let mut events = ask("/events").await;
    assert!(events.frame().await.unwrap().unwrap().is_data());
    assert_eq!(ask("/rows").await.collect().await.unwrap().to_bytes(), "[10, 20][20, 30]");
    eventually(|| telemetry.spans().iter().any(|span| span.name == "GET /rows")).await;
    assert!(telemetry.spans().iter().all(|span| span.name != "GET /events"), "it goes on");
    drop(events);
    eventually(|| telemetry.spans().iter().any(|span| span.name == "GET /events")).await;
    let tree = telemetry.span_tree_with(&["network.protocol.version"]);
    let requests: Vec<_> = tree.lines().filter(|line| !line.starts_with(' ')).collect();
    let expected =
        ["GET /events [cancelled] network.protocol.version=2", "GET /rows network.protocol.version=2"];
    assert_eq!(requests, expected);
}

/// Rows until the client is gone, and only then the end.
async fn endless() -> Body {
    Body::from_stream(stream::repeat_with(|| Ok::<_, Infallible>("event\n")).then(async |row| {
        tokio::task::yield_now().await;
        row
    }))
}

#[tokio::test]
async fn a_client_that_hangs_up_within_a_body_cancels() {
    let telemetry = TestTelemetry::new();
    let url = listen(timed(&telemetry, Router::new().route("/events", get(endless)))).await;
    let mut client = tokio::net::TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    client.write_all(b"GET /events HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    let mut first = [0; 16];
    client.read_exact(&mut first).await.unwrap();
    assert_eq!(&first[..15], b"HTTP/1.1 200 OK");
    drop(client);
    eventually(|| !telemetry.spans().is_empty()).await;
    assert_eq!(
        telemetry.span_tree_with(&["http.response.status_code"]),
        "GET /events [cancelled] http.response.status_code=200\n"
    );
    assert_eq!(
        metric(&telemetry, COUNT),
        "http_request_duration_seconds_count{route=\"/events\",method=\"GET\",status=\"cancelled\"} 1\n"
    );
    // Its exemplar is with the series that it was measured by.
    let page = telemetry.metrics(MetricsFormat::OpenMetrics);
    let exemplar = page.lines().find(|line| line.contains(" # {trace_id=")).unwrap_or_default();
    assert!(exemplar.contains("status=\"cancelled\"}"), "{page}");
}

/// A connection asks for no more than it has promised.
#[tokio::test]
async fn a_response_that_was_sent_whole_is_not_cancelled() {
    let telemetry = TestTelemetry::new();
    let promised = async || {
        let two = stream::iter(["four", "byte"]).map(Ok::<_, Infallible>);
        // The stream does not know that it is over.
        ([("content-length", "8")], Body::from_stream(two.chain(stream::pending())))
    };
    let routes = Router::new()
        .route("/text", get(async || "text"))
        .route("/promised", get(promised))
        .route("/rows", get(rows));
    let url = listen(timed(&telemetry, routes)).await;
    assert_eq!(get_text(format!("{url}/text")).await, "text");
    assert_eq!(get_text(format!("{url}/promised")).await, "fourbyte");
    assert_eq!(get_text(format!("{url}/rows")).await, "[10, 20][20, 30]");
    assert_eq!(reqwest::Client::new().head(format!("{url}/rows")).send().await.unwrap().status(), 200);
    eventually(|| telemetry.spans().len() >= 10).await;
    let tree = telemetry.span_tree();
    let requests: Vec<_> = tree.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(requests, ["GET /text", "GET /promised", "GET /rows", "HEAD /rows"]);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error() {
    let telemetry = TestTelemetry::new();
    let breaks = async |status: StatusCode| {
        let rows = stream::iter([Ok("row"), Err(std::io::Error::other("the disk is gone"))]);
        (status, Body::from_stream(rows))
    };
    let routes = Router::new()
        .route("/ok", get(async move || breaks(StatusCode::OK).await))
        .route("/failed", get(async move || breaks(StatusCode::BAD_GATEWAY).await));
    let mut app = timed(&telemetry, routes);
    for path in ["/ok", "/failed"] {
        assert!(ask(&mut app, request("GET", path)).await.into_body().collect().await.is_err());
    }
    // One that is not read to its end had said before that it failed.
    drop(ask(&mut app, request("GET", "/failed")).await);
    assert_eq!(
        telemetry.span_tree_with(&["http.response.status_code"]),
        "\
GET /ok [error: body_error] http.response.status_code=200
GET /failed [error: 502] http.response.status_code=502
GET /failed [error: 502] http.response.status_code=502
"
    );
    assert_eq!(
        metric(&telemetry, COUNT),
        "\
http_request_duration_seconds_count{route=\"/failed\",method=\"GET\",status=\"502\"} 2
http_request_duration_seconds_count{route=\"/ok\",method=\"GET\",status=\"error\"} 1
"
    );
}

#[tokio::test]
async fn a_body_that_panics_has_panicked_as_without_the_layer() {
    let telemetry = TestTelemetry::new();
    let panics = async || {
        Body::from_stream(stream::iter([1, 2]).then(async |row| {
            // The server sends what it has before it asks again.
            tokio::task::yield_now().await;
            assert_ne!(row, 2, "on purpose");
            Ok::<_, Infallible>("row")
        }))
    };
    let routes = Router::new().route("/rows", get(panics));
    // A head that was sent cannot be taken back.
    let url = listen(routes.layer(telemetry.http_layer().time_body(true).catch_panics(true))).await;
    let response = reqwest::get(format!("{url}/rows")).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
    eventually(|| !telemetry.spans().is_empty()).await;
    assert_eq!(
        telemetry.span_tree_with(&["http.response.status_code", "error.type"]),
        "GET /rows [panicked] error.type=panic http.response.status_code=200\n"
    );
    assert_eq!(
        metric(&telemetry, COUNT),
        "http_request_duration_seconds_count{route=\"/rows\",method=\"GET\",status=\"panicked\"} 1\n"
    );
}

/// The frames, the hints and the trailers are those of the body.
#[tokio::test]
async fn a_body_goes_through_as_it_is() {
    let telemetry = TestTelemetry::new();
    let with_trailers = async || {
        let trailers = HeaderMap::from_iter([("checksum".parse().unwrap(), "7".parse().unwrap())]);
        let frames = [Frame::data(Bytes::from("data")), Frame::trailers(trailers)];
        Body::new(StreamBody::new(stream::iter(frames.map(Ok::<_, Infallible>))))
    };
    let routes = Router::new().route("/trailers", get(with_trailers)).route("/text", get(async || "text"));
    let mut app = timed(&telemetry, routes);
    let text = ask(&mut app, request("GET", "/text")).await.into_body();
    assert_eq!((text.size_hint().exact(), text.is_end_stream()), (Some(4), false));
    let mut body = pin!(ask(&mut app, request("GET", "/trailers")).await.into_body());
    assert_eq!(body.size_hint().exact(), None);
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "data");
    assert_eq!(body.frame().await.unwrap().unwrap().into_trailers().unwrap()["checksum"], "7");
    // Nobody has to ask what comes behind the trailers.
    assert_eq!(telemetry.span_tree(), "GET /trailers\n");
    assert!(body.frame().await.is_none());
    drop(text);
    assert_eq!(telemetry.span_tree(), "GET /text [cancelled]\nGET /trailers\n");
}

/// Some bodies are polled on after their end.
#[tokio::test]
async fn a_body_is_polled_on_when_its_request_has_ended() {
    let telemetry = TestTelemetry::new();
    let mut app = timed(&telemetry, Router::new().route("/text", get(async || "text".into_response())));
    let mut body = ask(&mut app, request("GET", "/text")).await.into_body();
    assert!(body.frame().await.is_some());
    for _ in 0..2 {
        let polled = std::future::poll_fn(|cx| Poll::Ready(pin!(&mut body).poll_frame(cx).is_ready())).await;
        assert!(polled);
    }
    assert_eq!(telemetry.span_tree(), "GET /text\n");
}
