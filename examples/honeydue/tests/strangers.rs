//! Every route, as nobody and as somebody to whom the object does not belong.
//!
//! The routes are read from the sources, so a new one that is not listed here fails the test.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::{TestApp, User, Worker, id, problem};
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// For everyone.
const PUBLIC: [&str; 2] = ["POST /api/auth/log-in", "POST /api/auth/sign-up"];

/// For every user; they name no object, and show what is the user's own.
const OWN: [&str; 17] = [
    "DELETE /api/subscription/",
    "GET /api/auth/me",
    "GET /api/contractors/",
    "GET /api/devices/",
    "GET /api/documents/",
    "GET /api/notifications/",
    "GET /api/residences/",
    "GET /api/subscription/",
    "GET /api/tasks/",
    "POST /api/auth/log-out",
    "POST /api/auth/password",
    "POST /api/contractors/",
    "POST /api/devices/",
    "POST /api/documents/",
    "POST /api/residences/",
    "POST /api/tasks/",
    "PUT /api/subscription/",
];

/// For the owner of the object that they name.
const OF_OWNER: [&str; 17] = [
    "DELETE /api/contractors/{id}",
    "DELETE /api/devices/{id}",
    "DELETE /api/documents/{id}",
    "DELETE /api/residences/{id}",
    "DELETE /api/tasks/{id}",
    "GET /api/contractors/{id}",
    "GET /api/documents/{id}",
    "GET /api/documents/{id}/content",
    "GET /api/documents/{id}/thumbnail",
    "GET /api/residences/{id}",
    "GET /api/residences/{id}/tasks/",
    "GET /api/tasks/{id}",
    "POST /api/notifications/{id}/read",
    "POST /api/tasks/{id}/complete",
    "PUT /api/contractors/{id}",
    "PUT /api/residences/{id}",
    "PUT /api/tasks/{id}",
];

/// `METHOD path` of each `.route("path", get(…).post(…))` in the sources.
fn routes_of_sources() -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = fs::read_dir(sources).unwrap().map(|part| part.unwrap().path().join("routes.rs"));
    let texts = files.filter_map(|file| fs::read_to_string(file).ok());
    texts.flat_map(|text| routes_of(&text)).collect()
}

fn routes_of(text: &str) -> Vec<String> {
    for other in [".nest(", ".nest_service(", ".route_service("] {
        assert!(!text.contains(other), "{other} is not understood here");
    }
    text.split(".route(").skip(1).flat_map(routes_of_call).collect()
}

/// Of `"path", get(…).post(…))…`.
fn routes_of_call(call: &str) -> Vec<String> {
    let (_, call) = call.split_once('"').unwrap();
    let (path, methods) = call.split_once('"').unwrap();
    let methods = methods_of(methods);
    assert!(!methods.is_empty(), "{path} has no method");
    methods.into_iter().map(|method| format!("{method} {path}")).collect()
}

/// The names of the calls as far as the parenthesis that ends the call which they are in.
fn methods_of(text: &str) -> Vec<String> {
    let (mut methods, mut depth, mut name) = (Vec::new(), 0, String::new());
    for character in text.chars() {
        match character {
            ')' if depth == 0 => return methods,
            ')' => depth -= 1,
            '(' => {
                if depth == 0 {
                    let known = ["get", "post", "put", "delete", "patch"];
                    assert!(known.contains(&&*name), "{name} is not understood here");
                    methods.push(name.to_uppercase());
                }
                depth += 1;
            }
            _ => {}
        }
        if character.is_alphanumeric() || character == '_' {
            name.push(character);
        } else {
            name.clear();
        }
    }
    panic!("a call of route does not end: {text}");
}

#[test]
fn routes_are_read_over_several_lines() {
    let text = "Router::new()
        .route(\"/a\", get(list).post(create))
        .route(
            \"/a/{id}\",
            get(find)
                .put(|| update(1))
                .delete(delete),
        )
        .merge(post(other))";
    assert_eq!(routes_of(text), ["GET /a", "POST /a", "GET /a/{id}", "PUT /a/{id}", "DELETE /a/{id}"]);
}

#[test]
fn every_route_is_listed() {
    let listed = PUBLIC.iter().chain(&OWN).chain(&OF_OWNER).map(|route| (*route).to_owned());
    assert_eq!(routes_of_sources(), listed.collect());
}

fn parts(route: &str) -> (Method, &str) {
    let (method, path) = route.split_once(' ').unwrap();
    (method.parse().unwrap(), path)
}

#[tokio::test]
async fn nobody_gets_anywhere() {
    let app = TestApp::start().await;
    for route in OWN.iter().chain(&OF_OWNER) {
        let (method, path) = parts(route);
        let path = path.replace("{id}", "1");
        for token in [None, Some("no session has this token"), Some("")] {
            let request = app.request(method.clone(), &path);
            let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
            let (status, _) = problem(request.send().await.unwrap()).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{route}");
        }
    }
}

/// A body that each route takes, with a residence of whoever sends it.
fn with_body(request: reqwest::RequestBuilder, route: &str, residence_id: i64) -> reqwest::RequestBuilder {
    match route {
        "PUT /api/contractors/{id}" => request.json(&json!({ "name": "Mallory", "trade": "thief" })),
        "PUT /api/residences/{id}" => request.json(&json!({ "name": "Mine" })),
        "PUT /api/tasks/{id}" => request.json(&json!({ "residence_id": residence_id, "title": "Mine" })),
        _ => request,
    }
}

const LISTS: [&str; 6] = ["contractors", "devices", "documents", "notifications", "residences", "tasks"];

/// One of each kind, which is the first of its table. The residence's number.
async fn everything(app: &TestApp, owner: &User<'_>) -> i64 {
    let residence = owner.residence().await;
    owner.task(residence).await;
    owner.post("/api/contractors/", &json!({ "name": "Carl", "trade": "roofer" })).await;
    owner.post("/api/devices/", &json!({ "platform": "ios", "push_token": "ab".repeat(32) })).await;
    owner.upload(residence, "plan.png", common::png(64, 64)).await;
    let worker = Worker::start(app).await;
    worker.jobs_done("make_thumbnail", 1).await;
    // It leaves a notification.
    let other = owner.task(residence).await;
    owner.post(&format!("/api/tasks/{other}/complete"), &json!({})).await;
    residence
}

async fn all_of(owner: &User<'_>) -> Vec<Value> {
    let lists = LISTS.map(|list| format!("/api/{list}/"));
    join_all(lists.iter().map(|path| owner.get(path))).await
}

/// What is removed is asked for before.
fn with_removal_last() -> impl Iterator<Item = &'static str> {
    let (removing, others): (Vec<_>, Vec<_>) =
        OF_OWNER.into_iter().partition(|route| route.starts_with("DELETE"));
    // With a residence goes what is in it.
    let (residence, removing): (Vec<_>, Vec<_>) =
        removing.into_iter().partition(|route| route.contains("residences"));
    [others, removing, residence].into_iter().flatten()
}

#[tokio::test]
async fn what_its_owner_may_a_stranger_may_not() {
    let app = TestApp::start().await;
    let (owner, stranger) = (app.user().await, app.user().await);
    let residence = everything(&app, &owner).await;
    for list in LISTS {
        assert_eq!(stranger.get(&format!("/api/{list}/")).await["items"], json!([]), "{list}");
    }
    let own = stranger.residence().await;
    let before = all_of(&owner).await;
    let send = async |user: &User<'_>, route, residence| {
        let (method, path) = parts(route);
        let request = user.request(method, &path.replace("{id}", "1"));
        with_body(request, route, residence).send().await.unwrap()
    };

    for route in OF_OWNER {
        let (status, _) = problem(send(&stranger, route, own).await).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{route}");
    }
    assert_eq!(all_of(&owner).await, before, "nothing has changed");
    assert_eq!(stranger.get("/api/tasks/").await["items"], json!([]));
    for route in with_removal_last() {
        let status = send(&owner, route, residence).await.status();
        assert!(status.is_success(), "{route} of its owner: {status}");
    }
}

#[tokio::test]
async fn a_stranger_refers_to_nothing_of_others() {
    let app = TestApp::start().await;
    let (owner, stranger) = (app.user().await, app.user().await);
    let residence = owner.residence().await;
    let contractor =
        id(&owner.post("/api/contractors/", &json!({ "name": "Carl", "trade": "roofer" })).await);
    let own = stranger.residence().await;
    let task = stranger.task(own).await;

    let inputs = [
        json!({ "residence_id": residence, "title": "Mine" }),
        json!({ "residence_id": own, "contractor_id": contractor, "title": "Mine" }),
    ];
    for input in inputs {
        let create = stranger.request(Method::POST, "/api/tasks/").json(&input);
        assert_eq!(problem(create.send().await.unwrap()).await.0, StatusCode::NOT_FOUND, "{input}");
        let update = stranger.request(Method::PUT, &format!("/api/tasks/{task}")).json(&input);
        assert_eq!(problem(update.send().await.unwrap()).await.0, StatusCode::NOT_FOUND, "{input}");
    }
    let upload = stranger.upload_request(residence, "plan.png", common::png(64, 64));
    assert_eq!(problem(upload.send().await.unwrap()).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn ids_that_are_none_name_nothing() {
    let app = TestApp::start().await;
    let user = app.user().await;
    for route in OF_OWNER {
        let (method, path) = parts(route);
        for id in ["0", "-1", "9223372036854775808", "1%20OR%201=1", "x'--"] {
            let request = user.request(method.clone(), &path.replace("{id}", id));
            let status = with_body(request, route, 1).send().await.unwrap().status();
            assert_eq!(status, StatusCode::NOT_FOUND, "{route} {id}");
        }
    }
}

#[tokio::test]
async fn what_is_bound_is_no_sql() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let hostile = "'; DROP TABLE tasks; -- \" $1 ?";
    let residence = id(&user.post("/api/residences/", &json!({ "name": hostile, "address": hostile })).await);
    let input = json!({ "residence_id": residence, "title": hostile, "notes": hostile });
    let task = id(&user.post("/api/tasks/", &input).await);
    let found = user.get(&format!("/api/tasks/{task}")).await;
    assert_eq!((&found["title"], &found["notes"]), (&json!(hostile), &json!(hostile)));
    assert_eq!(user.get("/api/tasks/").await["items"].as_array().unwrap().len(), 1);
    let exported = format!("{:?}", app.telemetry.spans());
    assert!(!exported.contains("DROP TABLE") && !app.telemetry.metrics_text().contains("DROP TABLE"));
}
