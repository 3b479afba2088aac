//! Residences, tasks, contractors and subscriptions, over HTTP.

mod common;

use common::{TestApp, id, problem};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn a_task_is_read_through_the_layers_in_one_trace() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let residence = user.residence().await;
    user.task(residence).await;

    user.get("/api/tasks/").await;
    assert_eq!(
        app.tree("GET /api/tasks/", &[]),
        "GET /api/tasks/
  AuthService.authenticate
    SessionRepository.user_of
      SELECT sessions
  TaskService.list_tasks
    ResidenceRepository.ids_for_user
      SELECT residences
    TaskRepository.for_residences
      SELECT tasks
"
    );
}

#[tokio::test]
async fn a_task_that_repeats_is_to_be_done_again() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let residence_id = user.residence().await;
    let input = json!({ "residence_id": residence_id, "title": "Change the filter", "repeat_days": 90 });
    let task = id(&user.post("/api/tasks/", &input).await);
    let done = user.post(&format!("/api/tasks/{task}/complete"), &json!({})).await;
    assert!(done["completed_at"].is_string());

    let tasks = user.get("/api/tasks/").await;
    let next = &tasks["items"][1];
    assert_eq!((&next["title"], &next["completed_at"]), (&json!("Change the filter"), &Value::Null));
    assert!(next["due_at"].is_string());

    let again = user.request(Method::POST, &format!("/api/tasks/{task}/complete")).send().await.unwrap();
    assert_eq!(problem(again).await.0, StatusCode::CONFLICT);
    assert_eq!(user.get("/api/tasks/").await["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_task_is_changed_and_removed() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let residence_id = user.residence().await;
    let task = user.task(residence_id).await;
    let contractor = id(&user.post("/api/contractors/", &json!({ "name": "Carl", "trade": "sweep" })).await);
    let input = json!({
        "residence_id": residence_id, "contractor_id": contractor, "title": "Sweep", "due_at": "2026-12-24T12:00:00Z"
    });
    let changed = user.put(&format!("/api/tasks/{task}"), &input).await;
    assert_eq!(changed["contractor_id"], contractor);
    assert_eq!(changed["due_at"], "2026-12-24T12:00:00Z");

    assert_eq!(user.delete(&format!("/api/contractors/{contractor}")).await, StatusCode::NO_CONTENT);
    assert_eq!(user.get(&format!("/api/tasks/{task}")).await["contractor_id"], Value::Null);
    assert_eq!(user.delete(&format!("/api/tasks/{task}")).await, StatusCode::NO_CONTENT);
    assert_eq!(user.delete(&format!("/api/tasks/{task}")).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn input_keeps_its_rules() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let residence_id = user.residence().await;
    let inputs = [
        (json!({ "residence_id": residence_id, "title": "" }), "title"),
        (json!({ "residence_id": residence_id, "title": "x".repeat(201) }), "title"),
        (json!({ "residence_id": residence_id, "title": "x", "repeat_days": 0 }), "repeat_days"),
        (json!({ "residence_id": residence_id, "title": "x", "due_at": "tomorrow" }), "due_at"),
        (json!({ "title": "x" }), "residence_id"),
    ];
    for (input, field) in inputs {
        let response = user.request(Method::POST, "/api/tasks/").json(&input).send().await.unwrap();
        let (status, problem) = problem(response).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{input}");
        assert!(problem["detail"].as_str().unwrap().contains(field), "{problem}");
    }
}

#[tokio::test]
async fn lists_come_in_pages() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let residence = user.residence().await;
    for _ in 0..5 {
        user.task(residence).await;
    }
    let mut path = "/api/tasks/?limit=2".to_owned();
    let mut sizes = Vec::new();
    loop {
        let page = user.get(&path).await;
        sizes.push(page["items"].as_array().unwrap().len());
        let Some(next) = page["next"].as_i64() else { break };
        path = format!("/api/tasks/?limit=2&after={next}");
    }
    assert_eq!(sizes, [2, 2, 1]);
    let of_residence = user.get(&format!("/api/residences/{residence}/tasks/?limit=500")).await;
    assert_eq!(of_residence["items"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn the_plan_bounds_the_residences() {
    let app = TestApp::start().await;
    let user = app.user().await;
    (user.residence().await, user.residence().await);
    let third = || user.request(Method::POST, "/api/residences/").json(&json!({ "name": "Barn" })).send();
    assert_eq!(problem(third().await.unwrap()).await.0, StatusCode::PAYMENT_REQUIRED);

    assert_eq!(user.put("/api/subscription/", &json!({ "plan": "pro" })).await["plan"], "pro");
    assert_eq!(third().await.unwrap().status(), StatusCode::CREATED);
    // What is paid for lasts.
    assert_eq!(user.delete("/api/subscription/").await, StatusCode::OK);
    assert_eq!(third().await.unwrap().status(), StatusCode::CREATED);
    assert_eq!(user.delete("/api/subscription/").await, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_due_task_is_reminded_of_once() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let residence_id = user.residence().await;
    let input = json!({ "residence_id": residence_id, "title": "Sweep", "due_at": "2020-01-01T00:00:00Z" });
    user.post("/api/tasks/", &input).await;

    assert_eq!(app.app.tasks.remind_due().await.unwrap(), 1);
    assert_eq!(app.app.tasks.remind_due().await.unwrap(), 0);
    assert_eq!(app.app.tasks.send_digest().await.unwrap(), 1);
    assert_eq!(app.app.tasks.send_digest().await.unwrap(), 0);
    let notifications = user.get("/api/notifications/").await;
    let titles: Vec<_> =
        notifications["items"].as_array().unwrap().iter().map(|item| &item["title"]).collect();
    assert_eq!(titles, ["Due", "Today"]);
}

#[tokio::test]
async fn everyone_hears_of_the_day_once_however_many_they_are() {
    const USERS: usize = 510;
    // One connection, that waits for no disk.
    let app = TestApp::start_with(&[("DATABASE_MAX_CONNECTIONS", "1".to_owned())]).await;
    sqlx::query("PRAGMA synchronous = OFF").execute(&app.app.pool).await.unwrap();
    for statement in [
        "INSERT INTO users (id, email, name, password_hash, created_at) SELECT n, n, 'Ann', '', 0 FROM numbers",
        "INSERT INTO residences (id, owner_id, name, address, created_at) SELECT n, n, '', '', 0 FROM numbers",
        "INSERT INTO tasks (residence_id, title, notes, due_at, created_at) SELECT n, 'Sweep', '', 0, 0 FROM numbers",
    ] {
        let numbers = format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {USERS})"
        );
        let statement = sqlx::AssertSqlSafe(format!("{numbers} {statement}"));
        sqlx::query(statement).execute(&app.app.pool).await.unwrap();
    }
    assert_eq!(app.app.tasks.send_digest().await.unwrap(), USERS);
    assert_eq!(app.app.tasks.send_digest().await.unwrap(), 0);
}
