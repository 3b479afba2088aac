//! Accounts and sessions, over HTTP.

mod common;

use common::{PASSWORD, TestApp, problem};
use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

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

fn log_in(app: &TestApp, email: &str, password: &str) -> RequestBuilder {
    app.request(Method::POST, "/api/auth/log-in").json(&json!({ "email": email, "password": password }))
}

async fn status(request: RequestBuilder) -> StatusCode {
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn who_is_behind_a_proxy_is_told_apart() {
    let app = TestApp::start_with(&[("TRUSTED_PROXIES", "1".to_owned())]).await;
    let user = app.user().await;
    let from = |said: &str| log_in(&app, &user.email, PASSWORD).header("x-forwarded-for", said.to_owned());
    for number in 0..5 {
        let forged = format!("10.0.0.{number}, 192.0.2.1");
        assert_eq!(status(from(&forged)).await, StatusCode::OK);
    }
    assert_eq!(status(from("10.0.0.9, 192.0.2.1")).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(status(from("192.0.2.2")).await, StatusCode::OK, "another client of the proxy");
}

#[tokio::test]
async fn without_a_proxy_nobody_says_who_they_are() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let from =
        |number| log_in(&app, &user.email, "wrong").header("x-forwarded-for", format!("192.0.2.{number}"));
    for number in 0..5 {
        assert_eq!(status(from(number)).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(status(from(5)).await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn accounts_are_not_made_without_end() {
    let app = TestApp::start().await;
    let sign_ups = (0..100).map(|number| {
        let input = json!({ "email": format!("{number}@example.com"), "name": "A", "password": PASSWORD });
        status(app.request(Method::POST, "/api/auth/sign-up").json(&input))
    });
    let statuses = join_all(sign_ups).await;
    let count = |of: StatusCode| statuses.iter().filter(|status| **status == of).count();
    assert!(count(StatusCode::TOO_MANY_REQUESTS) > 0, "{statuses:?}");
    assert!(count(StatusCode::CREATED) > 0, "{statuses:?}");
    // Who would wait too long for the hashes of others does not.
    let expected = [StatusCode::CREATED, StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];
    assert!(statuses.iter().all(|status| expected.contains(status)), "{statuses:?}");
}

#[tokio::test]
async fn another_password_ends_all_other_sessions() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let stolen: Value = log_in(&app, &user.email, PASSWORD).send().await.unwrap().json().await.unwrap();
    let thief = || app.request(Method::GET, "/api/auth/me").bearer_auth(stolen["token"].as_str().unwrap());
    assert_eq!(status(thief()).await, StatusCode::OK);
    let change = |old: &str, new: &str| {
        let input = json!({ "old_password": old, "new_password": new });
        user.request(Method::POST, "/api/auth/password").json(&input)
    };

    let (refused, detail) = problem(change("wrong", "another battery").send().await.unwrap()).await;
    assert_eq!(
        (refused, &detail["detail"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("old_password: it is another"))
    );
    assert_eq!(status(change(PASSWORD, "short")).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(status(thief()).await, StatusCode::OK, "nothing has changed");

    assert_eq!(status(change(PASSWORD, "another battery")).await, StatusCode::NO_CONTENT);
    assert_eq!(status(thief()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(user.get("/api/auth/me").await["email"], user.email);
    assert_eq!(status(log_in(&app, &user.email, PASSWORD)).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(log_in(&app, &user.email, "another battery")).await, StatusCode::OK);
}

#[tokio::test]
async fn an_old_password_is_not_guessed_without_end() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let guess = || {
        let input = json!({ "old_password": "a guess", "new_password": "another battery" });
        user.request(Method::POST, "/api/auth/password").json(&input)
    };
    for _ in 0..5 {
        assert_eq!(status(guess()).await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(status(guess()).await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn sessions_that_have_ended_are_removed() {
    let app = TestApp::start().await;
    let (gone, user) = (app.user().await, app.user().await);
    let end = "UPDATE sessions SET expires_at = 1 WHERE user_id = $1";
    sqlx::query(end).bind(gone.id).execute(&app.app.pool).await.unwrap();
    assert_eq!(app.app.auth.purge_sessions().await.unwrap(), 1);
    assert_eq!(app.app.auth.purge_sessions().await.unwrap(), 0);
    assert_eq!(user.get("/api/auth/me").await["email"], user.email);
}
