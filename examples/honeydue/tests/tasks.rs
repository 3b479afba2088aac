//! Residences, tasks, contractors and subscriptions, over HTTP.

mod common;

use common::{TestApp, Worker, id, problem};
use honeydue::notifications::{Category, NewNotification};
use honeydue::tasks::TaskRepository;
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
    TaskRepository.list
      SELECT tasks residences
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
    user.residence().await;
    user.residence().await;
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
async fn residences_that_are_added_at_once_are_bounded_too() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let add = async || {
        let residence = json!({ "name": "Cottage" });
        user.request(Method::POST, "/api/residences/").json(&residence).send().await.unwrap().status()
    };
    let added = tokio::join!(add(), add(), add(), add(), add(), add());
    let added = [added.0, added.1, added.2, added.3, added.4, added.5];
    assert_eq!(added.iter().filter(|status| **status == StatusCode::CREATED).count(), 2, "{added:?}");
}

#[tokio::test]
async fn a_plan_goes_on_until_it_is_ended() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let (pro, free) = (json!({ "plan": "pro" }), json!({ "plan": "free" }));
    assert_eq!(user.put("/api/subscription/", &free).await["plan"], "free", "there is nothing to end");
    let begun = user.put("/api/subscription/", &pro).await;
    assert_eq!(user.put("/api/subscription/", &pro).await, begun, "a period lasts");

    // Seventy days later: in the third period.
    sqlx::query("UPDATE subscriptions SET renews_at = renews_at - 70 * 24 * 3600")
        .execute(&app.app.pool)
        .await
        .unwrap();
    let renewed = user.get("/api/subscription/").await;
    let now = chrono::Utc::now();
    let renews_at: chrono::DateTime<chrono::Utc> = renewed["renews_at"].as_str().unwrap().parse().unwrap();
    assert!(renews_at > now && renews_at < now + chrono::TimeDelta::days(30), "{renewed}");

    let ended = user.put("/api/subscription/", &free).await;
    assert_eq!(
        (&ended["plan"], &ended["renews_at"]),
        (&json!("pro"), &renewed["renews_at"]),
        "it is paid for"
    );
    assert!(ended["canceled_at"].is_string());
    assert_eq!(user.put("/api/subscription/", &free).await, ended);
    assert_eq!(user.put("/api/subscription/", &pro).await, renewed, "somebody who thinks again");
    assert_eq!(user.delete("/api/subscription/").await, StatusCode::OK);
    sqlx::query("UPDATE subscriptions SET renews_at = 0").execute(&app.app.pool).await.unwrap();
    assert_eq!(user.get("/api/subscription/").await["plan"], "free");
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
    assert_eq!(titles, ["Today", "Due"], "the newest first");
}

#[tokio::test]
async fn a_reminder_is_for_what_is_due_and_open_still() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let residence_id = user.residence().await;
    let input =
        |title: &str, due_at: &str| json!({ "residence_id": residence_id, "title": title, "due_at": due_at });
    let (past, earlier, future) = ("2020-01-01T00:00:00Z", "2019-01-01T00:00:00Z", "2120-01-01T00:00:00Z");
    let task = id(&user.post("/api/tasks/", &input("Sweep", past)).await);
    let path = format!("/api/tasks/{task}");
    let tasks = TaskRepository::new(app.app.pool.clone());
    let reminder = notification(user.id);

    // Two workers have found it due; meanwhile its owner puts it off, and then completes it.
    user.put(&path, &input("Sweep", future)).await;
    assert_eq!(tasks.remind(task, &reminder).await.unwrap(), None);
    user.put(&path, &input("Sweep", past)).await;
    assert_eq!(app.app.tasks.remind_due().await.unwrap(), 1);
    user.put(&path, &input("Sweep the chimney", past)).await;
    assert_eq!(app.app.tasks.remind_due().await.unwrap(), 0, "another title is no reason");
    user.put(&path, &input("Sweep", earlier)).await;
    assert_eq!(app.app.tasks.remind_due().await.unwrap(), 1, "another time is one");
    user.put(&path, &input("Sweep", past)).await;
    user.post(&format!("{path}/complete"), &json!({})).await;
    assert_eq!(tasks.remind(task, &reminder).await.unwrap(), None);
}

#[tokio::test]
async fn a_notification_whose_writer_has_gone_is_pushed_later() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let residence = user.residence().await;
    let (told, forgotten) = (user.task(residence).await, user.task(residence).await);
    user.post(&format!("/api/tasks/{told}/complete"), &json!({})).await;
    // A client hangs up, or the process ends, between the row and its job.
    let tasks = TaskRepository::new(app.app.pool.clone());
    tasks.complete(user.id, forgotten, None, &notification(user.id)).await.unwrap().unwrap();
    assert_eq!(app.app.notifications.enqueue_waiting().await.unwrap(), 0, "its writer may be at it");
    sqlx::query("UPDATE notifications SET created_at = created_at - 60")
        .execute(&app.app.pool)
        .await
        .unwrap();

    let worker = Worker::start(&app).await;
    worker.jobs_done("deliver_notification", 1).await;
    assert_eq!(app.app.notifications.enqueue_waiting().await.unwrap(), 1);
    worker.jobs_done("deliver_notification", 2).await;
    assert_eq!(app.app.notifications.enqueue_waiting().await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_written_with_a_notification_is_written_with_it_or_not_at_all() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let residence_id = user.residence().await;
    let input = json!({ "residence_id": residence_id, "title": "Sweep", "due_at": "2020-01-01T00:00:00Z" });
    let task = id(&user.post("/api/tasks/", &input).await);
    let rename = async |from: &str, to: &str| {
        let text = format!("ALTER TABLE {from} RENAME TO {to}");
        sqlx::query(sqlx::AssertSqlSafe(text)).execute(&app.app.pool).await.unwrap();
    };

    rename("notifications", "elsewhere").await;
    let complete = user.request(Method::POST, &format!("/api/tasks/{task}/complete"));
    assert_eq!(problem(complete.send().await.unwrap()).await.0, StatusCode::INTERNAL_SERVER_ERROR);
    app.app.tasks.remind_due().await.unwrap_err();
    app.app.tasks.send_digest().await.unwrap_err();
    rename("elsewhere", "notifications").await;

    assert_eq!(app.app.tasks.remind_due().await.unwrap(), 1);
    assert_eq!(app.app.tasks.send_digest().await.unwrap(), 1);
    let done = user.post(&format!("/api/tasks/{task}/complete"), &json!({})).await;
    assert!(done["completed_at"].is_string());
}

#[tokio::test]
async fn a_repository_changes_nothing_of_somebody_else() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.user().await, app.user().await);
    let residence = ann.residence().await;
    let task = ann.task(residence).await;
    let tasks = TaskRepository::new(app.app.pool.clone());
    let input = serde_json::from_value(json!({ "residence_id": residence, "title": "Nothing" })).unwrap();
    assert!(!tasks.update(bob.id, task, &input).await.unwrap());
    assert_eq!(tasks.complete(bob.id, task, None, &notification(bob.id)).await.unwrap(), None);
    let task = ann.get(&format!("/api/tasks/{task}")).await;
    assert_eq!((&task["title"], &task["completed_at"]), (&json!("Sweep the chimney"), &Value::Null));
}

fn notification(user_id: i64) -> NewNotification {
    let (title, body) = ("Due".to_owned(), "Sweep the chimney".to_owned());
    NewNotification { user_id, task_id: None, category: Category::TaskDue, title, body }
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
