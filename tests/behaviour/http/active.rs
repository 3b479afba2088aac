//! `http_server_active_requests`, which must come back to zero whatever becomes of a request.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use axum::routing::get;
use spanweave::testing::TestTelemetry;
use tokio::sync::Notify;
use tower::{Layer, Service, service_fn};

use super::{eventually, get_text, listen, metric, serve_with};

fn active(telemetry: &TestTelemetry) -> String {
    metric(telemetry, "http_server_active_requests{")
}

fn request(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_request_is_active_until_its_end_by_whatever_way() {
    let telemetry = TestTelemetry::new();
    let reached = Arc::new(Notify::new());
    let url = serve_with(&telemetry, Arc::clone(&reached)).await;
    assert_eq!(active(&telemetry), "");
    {
        let slow = reqwest::get(format!("{url}/api/slowly"));
        tokio::pin!(slow);
        tokio::select! {
            response = &mut slow => panic!("{response:?}"),
            () = reached.notified() => {}
        }
        assert_eq!(active(&telemetry), "http_server_active_requests{method=\"GET\"} 1\n");
        // The scrape is not one of them, nor does it end any.
        for _ in 0..2 {
            let scraped = get_text(format!("{url}/metrics")).await;
            assert!(scraped.contains("\nhttp_server_active_requests{method=\"GET\"} 1\n"), "{scraped}");
        }
        // The client hangs up.
    }
    let nobody = "http_server_active_requests{method=\"GET\"} 0\n";
    eventually(|| active(&telemetry) == nobody).await;
    assert!(reqwest::get(format!("{url}/api/broken")).await.is_err());
    eventually(|| active(&telemetry) == nobody).await;
    reqwest::Client::new().post(format!("{url}/api/fail")).send().await.unwrap();
    assert_eq!(active(&telemetry), format!("{nobody}http_server_active_requests{{method=\"POST\"}} 0\n"));
}

#[tokio::test]
async fn a_response_that_nobody_waits_for_is_not_active() {
    let telemetry = TestTelemetry::new();
    let answer = service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Body::empty())));
    let mut service = telemetry.http_layer().layer(answer);
    let never_polled = service.call(request("/"));
    assert_eq!(active(&telemetry), "http_server_active_requests{method=\"GET\"} 1\n");
    drop(never_polled);
    assert_eq!(active(&telemetry), "http_server_active_requests{method=\"GET\"} 0\n");
}

#[tokio::test]
async fn a_body_is_a_part_of_the_request_where_it_is_timed() {
    let telemetry = TestTelemetry::new();
    let body = async || Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, axum::Error>>());
    let routes = Router::new().route("/", get(body));
    let mut untimed: Router = routes.clone().layer(telemetry.http_layer());
    let mut timed: Router = routes.layer(telemetry.http_layer().time_body(true));
    let head_alone = untimed.call(request("/")).await.unwrap();
    assert_eq!(active(&telemetry), "http_server_active_requests{method=\"GET\"} 0\n");
    let whole = timed.call(request("/")).await.unwrap();
    assert_eq!(active(&telemetry), "http_server_active_requests{method=\"GET\"} 1\n");
    drop((head_alone, whole));
    assert_eq!(active(&telemetry), "http_server_active_requests{method=\"GET\"} 0\n");
}

#[tokio::test]
async fn a_scrape_without_the_layer_leaves_the_number_alone() {
    let telemetry = TestTelemetry::new();
    let traced = Router::new().route("/", get(async || "")).layer(telemetry.http_layer());
    let url = listen(traced.merge(telemetry.routes())).await;
    get_text(format!("{url}/")).await;
    let scraped = get_text(format!("{url}/metrics")).await;
    assert!(scraped.contains("\nhttp_server_active_requests{method=\"GET\"} 0\n"), "{scraped}");
}
