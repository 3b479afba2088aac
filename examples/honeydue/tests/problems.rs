//! Whatever goes wrong on the way to a handler, or in it, is told as a problem.

mod common;

use common::{TestApp, User, problem};
use honeydue::app::edge;
use honeydue::error::AppError;
use honeydue::process::serve_on;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;
use spanweave::testing::TestTelemetry;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn every_refusal_is_a_problem() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let get = |path: &str| user.request(Method::GET, path);
    let post = |body: String| {
        user.request(Method::POST, "/api/tasks/").header("content-type", "application/json").body(body)
    };
    let cases: [(&str, RequestBuilder, u16); 15] = [
        ("no number", get("/api/tasks/?limit=x"), 422),
        ("no number of a residence", get("/api/documents/?residence_id=x"), 422),
        ("a parameter twice", get("/api/tasks/?limit=1&limit=2"), 422),
        ("no id", get("/api/tasks/x"), 404),
        ("no page", get("/api/nowhere"), 404),
        ("a wrong method", user.request(Method::PATCH, "/api/tasks/"), 405),
        ("a wrong method of a document", user.request(Method::PUT, "/api/documents/1"), 405),
        ("no session", app.request(Method::GET, "/api/tasks/"), 401),
        ("no scheme", app.request(Method::GET, "/api/tasks/").header("authorization", "x"), 401),
        ("no JSON", post("{".to_owned()), 422),
        ("JSON of something else", post("[]".to_owned()), 422),
        ("too much JSON", post(format!("{{\"title\": \"{}\"}}", "a".repeat(100_000))), 413),
        ("a wrong type", user.request(Method::POST, "/api/tasks/").body("title=a"), 415),
        ("no form", user.request(Method::POST, "/api/documents/").json(&json!({})), 415),
        (
            "no upload",
            user.request(Method::POST, "/api/documents/").multipart(reqwest::multipart::Form::new()),
            422,
        ),
    ];
    for (what, request, expected) in cases {
        let (status, problem) = problem(request.send().await.unwrap()).await;
        assert_eq!(status.as_u16(), expected, "{what}: {problem}");
        assert!(problem["detail"].is_string(), "{what}: {problem}");
    }
}

#[tokio::test]
async fn who_has_no_session_hears_how_to_show_one() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let refused = app.request(Method::GET, "/api/auth/me").send().await.unwrap();
    assert_eq!(refused.headers()["www-authenticate"], "Bearer");

    let token = user.token();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let header = format!("{scheme} {token}");
        let me = app.request(Method::GET, "/api/auth/me").header("authorization", header);
        assert_eq!(me.send().await.unwrap().status(), StatusCode::OK, "{scheme}");
    }
    let basic = app.request(Method::GET, "/api/auth/me").header("authorization", format!("Basic {token}"));
    assert_eq!(problem(basic.send().await.unwrap()).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_wrong_method_hears_the_right_ones() {
    let app = TestApp::start().await;
    let refused = app.request(Method::DELETE, "/api/auth/log-in").send().await.unwrap();
    assert_eq!(refused.headers()["allow"], "POST");
}

async fn panics() {
    panic!("on purpose")
}

#[tokio::test]
async fn a_panic_is_a_problem_too() {
    let telemetry = TestTelemetry::new();
    let routes = axum::Router::new().route("/", axum::routing::get(panics));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let _stop = stop.clone().drop_guard();
    tokio::spawn(serve_on(listener, edge(routes, &telemetry), stop));

    let (status, problem) = problem(reqwest::get(url).await.unwrap()).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(problem["detail"], "something went wrong");
}

/// Requests with a text in each place that takes one.
fn with_text(user: &User<'_>, residence_id: i64, text: &str) -> Vec<RequestBuilder> {
    let send = |method, path: &str, body| user.request(method, path).json(&body);
    let password = common::PASSWORD;
    vec![
        send(
            Method::POST,
            "/api/auth/sign-up",
            json!({ "email": format!("{text}@example.org"), "name": "A", "password": password }),
        ),
        send(
            Method::POST,
            "/api/auth/sign-up",
            json!({ "email": "a@example.org", "name": text, "password": password }),
        ),
        send(Method::POST, "/api/auth/log-in", json!({ "email": text, "password": password })),
        send(Method::POST, "/api/residences/", json!({ "name": text })),
        send(Method::POST, "/api/residences/", json!({ "name": "A", "address": text })),
        send(Method::POST, "/api/contractors/", json!({ "name": text, "trade": "A" })),
        send(Method::POST, "/api/contractors/", json!({ "name": "A", "trade": text })),
        send(Method::POST, "/api/contractors/", json!({ "name": "A", "trade": "A", "phone": text })),
        send(
            Method::POST,
            "/api/contractors/",
            json!({ "name": "A", "trade": "A", "email": format!("{text}@example.org") }),
        ),
        send(Method::POST, "/api/tasks/", json!({ "residence_id": residence_id, "title": text })),
        send(
            Method::POST,
            "/api/tasks/",
            json!({ "residence_id": residence_id, "title": "A", "notes": text }),
        ),
        send(Method::POST, "/api/devices/", json!({ "platform": "android", "push_token": text })),
    ]
}

#[tokio::test]
async fn what_the_database_cannot_hold_does_not_reach_it() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let residence = user.residence().await;
    for text in ["a\0b", "a\u{1b}[2Jb", "a\u{85}b"] {
        for (place, request) in with_text(&user, residence, text).into_iter().enumerate() {
            let (status, problem) = problem(request.send().await.unwrap()).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{place} {text:?}: {problem}");
        }
    }
    let notes = json!({ "residence_id": residence, "title": "A", "notes": "one\r\n\ttwo\n" });
    assert_eq!(user.post("/api/tasks/", &notes).await["notes"], notes["notes"]);
    let lines = json!({ "residence_id": residence, "title": "one\ntwo" });
    let refused = user.request(Method::POST, "/api/tasks/").json(&lines).send().await.unwrap();
    assert_eq!(problem(refused).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_refers_to_nothing_is_a_conflict_and_final() {
    let app = TestApp::start().await;
    let insert = "INSERT INTO residences (owner_id, name, address, created_at) VALUES (4711, 'A', '', 0)";
    let error = sqlx::query(insert).execute(&app.app.pool).await.unwrap_err();
    let error = AppError::from(error);
    assert!(matches!(error, AppError::Conflict(_)), "{error:?}");
    assert!(!error.is_transient());

    let error = AppError::from(sqlx::query("SELECT nonsense").execute(&app.app.pool).await.unwrap_err());
    assert!(!error.is_transient(), "{error:?}");
    app.app.pool.close().await;
    let error = AppError::from(sqlx::query("SELECT 1").execute(&app.app.pool).await.unwrap_err());
    assert!(error.is_transient(), "{error:?}");
}
