//! Accounts and sessions, over HTTP.

mod common;

use common::{PASSWORD, TestApp, problem};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn a_session_is_for_who_knows_the_password() {
    let app = TestApp::start().await;
    let user = app.user().await;
    assert_eq!(user.get("/api/auth/me").await["email"], user.email);

    let log_in = |email: &str, password: &str| {
        app.request(Method::POST, "/api/auth/log-in")
            .json(&json!({ "email": email, "password": password }))
            .send()
    };
    let upper_case = user.email.to_uppercase();
    assert_eq!(log_in(&upper_case, PASSWORD).await.unwrap().status(), StatusCode::OK);
    for (email, password) in [(&*user.email, "wrong"), ("nobody@example.org", PASSWORD)] {
        let (status, problem) = problem(log_in(email, password).await.unwrap()).await;
        assert_eq!((status, &problem["detail"]), (StatusCode::UNAUTHORIZED, &json!("log in first")));
    }
}

#[tokio::test]
async fn a_session_ends_when_its_user_logs_out() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let status = user.request(Method::POST, "/api/auth/log-out").send().await.unwrap().status();
    assert_eq!(status, StatusCode::NO_CONTENT);
    let again = user.request(Method::GET, "/api/auth/me").send().await.unwrap();
    assert_eq!(problem(again).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_signed_up_with_is_checked() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let sign_up = |email: &str, name: &str, password: &str| {
        let input = json!({ "email": email, "name": name, "password": password });
        app.request(Method::POST, "/api/auth/sign-up").json(&input).send()
    };
    let cases = [
        ("no address", "Ann", PASSWORD, StatusCode::UNPROCESSABLE_ENTITY, "email"),
        ("ann@example.org", "", PASSWORD, StatusCode::UNPROCESSABLE_ENTITY, "name"),
        ("ann@example.org", "Ann", "short", StatusCode::UNPROCESSABLE_ENTITY, "password"),
        (&*user.email, "Ann", PASSWORD, StatusCode::CONFLICT, "taken"),
    ];
    for (email, name, password, expected, word) in cases {
        let (status, problem) = problem(sign_up(email, name, password).await.unwrap()).await;
        assert_eq!(status, expected, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(word), "{problem}");
    }
}

#[tokio::test]
async fn an_account_is_not_tried_without_end() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let input = json!({ "email": user.email, "password": "wrong" });
        statuses.push(app.request(Method::POST, "/api/auth/log-in").json(&input).send().await.unwrap());
    }
    let last = statuses.pop().unwrap();
    assert!(statuses.iter().all(|response| response.status() == StatusCode::UNAUTHORIZED));
    assert!(last.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 0);
    assert_eq!(problem(last).await.0, StatusCode::TOO_MANY_REQUESTS);
    let tree = app.tree("POST /api/auth/log-in", &[]);
    assert_eq!(
        tree, "POST /api/auth/log-in\n  AuthService.log_in [error: too_many_attempts]\n",
        "nothing is hashed"
    );
}

#[tokio::test]
async fn bodies_that_are_no_input_are_problems() {
    let app = TestApp::start().await;
    let post = || app.request(Method::POST, "/api/auth/log-in");
    let json = |body: String| post().header("content-type", "application/json").body(body).send();
    assert_eq!(problem(json("{".to_owned()).await.unwrap()).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let large = format!("{{\"email\": \"{}\"}}", "a".repeat(100_000));
    assert_eq!(problem(json(large).await.unwrap()).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let text = post().body("email=ann").send().await.unwrap();
    assert_eq!(problem(text).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let nowhere = app.request(Method::GET, "/api/nowhere").send().await.unwrap();
    assert_eq!(problem(nowhere).await.0, StatusCode::NOT_FOUND);
}
