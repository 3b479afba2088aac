//! The routes of requests: few, whatever clients ask for, and with or without a router of axum.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode};
use axum::routing::{get, post};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use spanweave::Ctx;
use spanweave::testing::TestTelemetry;
use tower::{Layer, Service, service_fn};

use super::{eventually, get_text, listen, metric};

const COUNT: &str = "http_request_duration_seconds_count";

#[tokio::test]
async fn unknown_paths_are_one_route_wherever_they_end() {
    let telemetry = TestTelemetry::new();
    let missing = async || StatusCode::NOT_FOUND;
    let anything = service_fn(async |_: Request<Body>| {
        Ok::<_, Infallible>(Response::builder().status(410).body(Body::empty()).unwrap())
    });
    let with_fallback = Router::new().route("/known", get(async || "")).fallback(missing);
    let without = Router::new().route("/known", post(async || ""));
    let app = Router::new()
        .nest("/fallback", with_fallback)
        .nest("/plain", without.clone())
        .nest_service("/service", anything)
        .nest_service("/router", without.route("/get", get(async || "")))
        .fallback(missing)
        .layer(telemetry.http_layer());
    let url = listen(app).await;
    for path in ["fallback", "plain", "service", "router", "nowhere"] {
        for number in 0..3 {
            reqwest::get(format!("{url}/{path}/unknown/{number}")).await.unwrap();
        }
    }
    reqwest::get(format!("{url}/router/get")).await.unwrap();
    reqwest::get(format!("{url}/plain/known")).await.unwrap();
    assert_eq!(
        metric(&telemetry, COUNT),
        r#"http_request_duration_seconds_count{route="unmatched",method="GET",status="200"} 1
http_request_duration_seconds_count{route="unmatched",method="GET",status="404"} 12
http_request_duration_seconds_count{route="unmatched",method="GET",status="405"} 1
http_request_duration_seconds_count{route="unmatched",method="GET",status="410"} 3
"#
    );
}

#[tokio::test]
async fn who_tries_every_method_on_every_route_makes_no_series_of_them() {
    let telemetry = TestTelemetry::new();
    let routes = (0..200)
        .fold(Router::new(), |routes, number| routes.route(&format!("/tasks/{number}"), get(async || "")));
    let mut app: Router = routes.layer(telemetry.http_layer());
    let methods = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "BREW"];
    for number in 0..200 {
        for method in methods {
            let request = Request::builder().method(method).uri(format!("/tasks/{number}"));
            let response = app.call(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(response.status(), 405);
        }
    }
    let counts = metric(&telemetry, COUNT);
    assert_eq!(counts.lines().count(), methods.len(), "{counts}");
    assert!(counts.lines().all(|line| line.contains(r#"{route="unmatched","#)), "{counts}");
    // The span tells which it was.
    assert_eq!(telemetry.spans()[0].name, "POST /tasks/0");
}

#[tokio::test]
async fn what_is_nested_as_a_service_can_have_a_route() {
    let telemetry = TestTelemetry::new();
    let files = service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Body::empty())));
    let layer = telemetry.http_layer().route(|method, uri| {
        (method == Method::GET && uri.path().starts_with("/files/")).then_some("/files/{*path}")
    });
    let app = Router::new().route("/tasks/{id}", get(async || "")).nest_service("/files", files).layer(layer);
    let url = listen(app).await;
    for path in ["files/a/b", "tasks/1", "nowhere"] {
        get_text(format!("{url}/{path}")).await;
    }
    assert_eq!(telemetry.span_tree(), "GET /files/{*path}\nGET /tasks/{id}\nGET\n");
}

/// Serves one connection of hyper after the other, without any router.
#[tokio::test]
async fn any_service_of_tower_can_be_traced() {
    let telemetry = TestTelemetry::new();
    let greet = service_fn(async |request: Request<Incoming>| match request.uri().path() {
        "/broken" => panic!("on purpose"),
        "/refused" => Err(std::io::Error::other("the service's own")),
        _ => Ok(Response::new(format!("{}", Ctx::current().trace_id().is_some()))),
    });
    let layer = telemetry.http_layer().catch_panics(true).route(|_, uri| match uri.path() {
        "/broken" => Some("/broken"),
        "/refused" => Some("/refused"),
        path => path.starts_with("/greetings/").then_some("/greetings/{name}"),
    });
    let service = TowerToHyperService::new(layer.layer(greet));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = service.clone();
            tokio::spawn(async move {
                let _refused = auto::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    assert_eq!(get_text(format!("{url}/greetings/anna")).await, "true");
    assert_eq!(get_text(format!("{url}/nowhere")).await, "true");
    assert_eq!(reqwest::get(format!("{url}/broken")).await.unwrap().status(), 500);
    assert!(reqwest::get(format!("{url}/refused")).await.is_err());
    eventually(|| telemetry.spans().len() >= 4).await;
    assert_eq!(
        telemetry.span_tree(),
        "GET /greetings/{name}\nGET\nGET /broken [panicked]\nGET /refused [error: service_error]\n"
    );
}
