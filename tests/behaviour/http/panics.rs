//! Requests that panic.

use std::convert::Infallible;
use std::future::ready;
use std::panic::panic_any;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response};
use axum::routing::get;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use spanweave::Ctx;
use spanweave::testing::TestTelemetry;
use tower::{Layer, Service, service_fn};
use tower_http::catch_panic::CatchPanicLayer;

use super::{get_text, listen, metric};
use crate::app::TaskService;

const COUNT: &str = "http_request_duration_seconds_count";

async fn broken() {
    TaskService::default().broken().await;
}

fn request() -> Request<Body> {
    Request::get("/").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_panic_is_a_500_where_that_is_asked_for() {
    let telemetry = TestTelemetry::new();
    let routes = Router::new().route("/broken", get(broken)).route("/alive", get(async || "alive"));
    let url = listen(routes.layer(telemetry.http_layer().catch_panics(true).request_ids(true))).await;
    let client = reqwest::Client::new();
    let answer = client.get(format!("{url}/broken")).header("x-request-id", "client-7").send().await.unwrap();
    assert_eq!(answer.status(), 500);
    assert_eq!(answer.headers()["x-request-id"], "client-7");
    assert_eq!(answer.text().await.unwrap(), "");
    assert_eq!(get_text(format!("{url}/alive")).await, "alive");
    assert_eq!(
        telemetry.span_tree_with(&["http.response.status_code", "error.type"]),
        "\
GET /broken [panicked] error.type=panic http.response.status_code=500
  TaskService.broken [panicked] error.type=panic
    TaskRepository.broken [panicked] error.type=panic
GET /alive http.response.status_code=200
"
    );
    assert_eq!(
        metric(&telemetry, COUNT),
        "\
http_request_duration_seconds_count{route=\"/alive\",method=\"GET\",status=\"200\"} 1
http_request_duration_seconds_count{route=\"/broken\",method=\"GET\",status=\"500\"} 1
"
    );
    assert!(!format!("{:?}", telemetry.spans()).contains("on purpose"));
}

#[tokio::test]
async fn a_panic_that_is_not_caught_is_the_servers() {
    let telemetry = TestTelemetry::new();
    for layer in [telemetry.http_layer().catch_panics(false), telemetry.http_layer().time_body(true)] {
        let url = listen(Router::new().route("/", get(broken)).layer(layer)).await;
        assert!(reqwest::get(url).await.is_err());
    }
    let requests = metric(&telemetry, COUNT);
    assert_eq!(
        requests,
        "http_request_duration_seconds_count{route=\"/\",method=\"GET\",status=\"panicked\"} 2\n"
    );
}

#[tokio::test]
async fn a_service_that_panics_when_it_is_called_is_caught_as_well() {
    let telemetry = TestTelemetry::new();
    let panics = service_fn(|_: Request<Body>| -> std::future::Ready<Result<axum::response::Response, ()>> {
        panic!("on purpose")
    });
    let mut service = telemetry.http_layer().catch_panics(true).layer(panics);
    let response = service.call(request()).await.unwrap();
    assert_eq!(response.status(), 500);
    assert_eq!(telemetry.span_tree(), "GET [panicked]\n");
    assert!(Ctx::current().is_none());
}

#[tokio::test]
async fn what_else_a_request_was_at_is_cancelled_within_it() {
    let telemetry = TestTelemetry::new();
    let both = async || {
        let service = TaskService::default();
        tokio::join!(service.slowly(), service.broken());
    };
    let mut app: Router =
        Router::new().route("/", get(both)).layer(telemetry.http_layer().catch_panics(true));
    let response = app.call(request()).await.unwrap();
    assert_eq!(to_bytes(response.into_body(), 0).await.unwrap(), "");
    assert_eq!(
        telemetry.span_tree(),
        "\
GET / [panicked]
  TaskService.slowly [cancelled]
    TaskRepository.slowly [cancelled]
  TaskService.broken [panicked]
    TaskRepository.broken [panicked]
"
    );
}

#[tokio::test]
async fn a_route_that_cannot_be_told_is_caught_as_well() {
    let telemetry = TestTelemetry::new();
    let layer = telemetry.http_layer().catch_panics(true).route(|_, _| panic!("on purpose"));
    let anything = service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Body::empty())));
    assert_eq!(layer.layer(anything).call(request()).await.unwrap().status(), 500);
    assert_eq!(telemetry.span_tree(), "GET [panicked]\n");
    assert_eq!(
        metric(&telemetry, COUNT),
        "http_request_duration_seconds_count{route=\"unmatched\",method=\"GET\",status=\"500\"} 1\n"
    );
}

/// A body that panics when it is asked for anything but its frames.
struct Mute {
    tells_end: bool,
}

impl http_body::Body for Mute {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from("row")))))
    }

    fn is_end_stream(&self) -> bool {
        assert!(self.tells_end, "on purpose");
        false
    }

    fn size_hint(&self) -> SizeHint {
        panic!("on purpose")
    }
}

#[tokio::test]
async fn a_body_that_cannot_tell_its_length_is_caught_before_the_head_is_sent() {
    for tells_end in [true, false] {
        let telemetry = TestTelemetry::new();
        let mute =
            service_fn(move |_: Request<Body>| ready(Ok::<_, Infallible>(Response::new(Mute { tells_end }))));
        let mut service = telemetry.http_layer().time_body(true).catch_panics(true).layer(mute);
        let response = service.call(request()).await.unwrap();
        assert_eq!(response.status(), 500);
        assert!(response.into_body().is_end_stream());
        assert_eq!(
            telemetry.span_tree_with(&["http.response.status_code"]),
            "GET [panicked] http.response.status_code=500\n"
        );
    }
}

/// A body whose first frame comes, and which then cannot tell whether there is more.
struct Undecided {
    has_begun: bool,
}

impl http_body::Body for Undecided {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.has_begun = true;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from("row")))))
    }

    fn is_end_stream(&self) -> bool {
        assert!(!self.has_begun, "on purpose");
        false
    }
}

#[tokio::test]
async fn a_body_that_cannot_tell_its_end_has_panicked() {
    let telemetry = TestTelemetry::new();
    let undecided = service_fn(async |_: Request<Body>| {
        Ok::<_, Infallible>(Response::new(Undecided { has_begun: false }))
    });
    let mut service = telemetry.http_layer().time_body(true).layer(undecided);
    let mut body = service.call(request()).await.unwrap().into_body();
    let read = tokio::spawn(async move { body.frame().await.is_some() });
    assert!(read.await.unwrap_err().is_panic());
    assert_eq!(telemetry.span_tree(), "GET [panicked]\n");
}

/// What was thrown may panic when it is dropped, and the second one as well.
#[tokio::test]
async fn a_payload_that_panics_in_turn_is_a_500_too() {
    struct Bomb(u8);
    impl Drop for Bomb {
        fn drop(&mut self) {
            if self.0 > 0 {
                panic_any(Bomb(self.0 - 1));
            }
        }
    }
    let telemetry = TestTelemetry::new();
    let throws = async || {
        if Ctx::current().trace_id().is_some() {
            panic_any(Bomb(2));
        }
    };
    let mut app: Router =
        Router::new().route("/", get(throws)).layer(telemetry.http_layer().catch_panics(true));
    assert_eq!(app.call(request()).await.unwrap().status(), 500);
    assert_eq!(telemetry.span_tree(), "GET / [panicked]\n");
}

/// Of what another layer caught only the response is seen.
#[tokio::test]
async fn a_panic_that_a_layer_below_answers_is_its_response() {
    let telemetry = TestTelemetry::new();
    let routes = Router::new().route("/", get(broken)).layer(CatchPanicLayer::new());
    let url = listen(routes.layer(telemetry.http_layer().catch_panics(true))).await;
    assert_eq!(reqwest::get(url).await.unwrap().status(), 500);
    assert_eq!(
        telemetry.span_tree(),
        "\
GET / [error: 500]
  TaskService.broken [panicked]
    TaskRepository.broken [panicked]
"
    );
}
