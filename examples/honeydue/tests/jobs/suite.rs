//! What is true of jobs wherever they wait: in the process, or at a URL.

#![allow(dead_code, reason = "each test uses its part")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use honeydue::error::Result;
use honeydue::jobs::{DeliverNotification, Job};
use honeydue::notifications::{Category, NewNotification, NotificationRepository};
use hyper::Response;
use opentelemetry_sdk::trace::SpanData;
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::common::vendor::{Answer, Received, Vendor, answer};
use crate::common::{TestApp, User, Worker, keys};

pub const KIND: &str = "deliver_notification";

/// An application whose vendor answers by the function, with jobs there.
pub async fn start(
    jobs: Option<String>,
    answers: impl Fn(&Received) -> Answer + Send + Sync + 'static,
) -> (TestApp, Vendor) {
    let apple = Vendor::start(answers).await;
    let mut variables = keys::variables(&apple.url, &apple.url, &apple.url);
    variables.extend(jobs.map(|url| ("JOBS_URL", url)));
    (TestApp::start_with(&variables).await, apple)
}

/// Somebody with a telephone.
pub async fn user(app: &TestApp) -> User<'_> {
    let user = app.user().await;
    user.post("/api/devices/", &json!({ "platform": "ios", "push_token": "a1".repeat(32) })).await;
    user
}

pub async fn notify(app: &TestApp, user: &User<'_>, title: &str) -> Result<i64> {
    let (title, body, category) = (title.to_owned(), String::new(), Category::TaskDue);
    let notification = NewNotification { user_id: user.id, task_id: None, category, title, body };
    let mut connection = app.app.pool.acquire().await?;
    let id = NotificationRepository::insert(&mut connection, &notification).await?;
    // So that no schedule enqueues it as well.
    let enqueued = sqlx::query("UPDATE notifications SET enqueued_at = created_at WHERE id = $1");
    enqueued.bind(id).execute(&mut *connection).await?;
    app.app.jobs.deliver_notification(id).await?;
    Ok(id)
}

fn attempts(worker: &Worker) -> Vec<SpanData> {
    let spans = worker.telemetry.spans();
    spans.into_iter().filter(|span| span.name == format!("job.handle:{KIND}")).collect()
}

pub async fn attempts_are_counted(jobs: Option<String>) {
    let (app, _apple) = start(jobs, |request| match request.body["aps"]["alert"]["title"].as_str() {
        Some("refused") => answer(400, json!({ "reason": "TopicDisallowed" })),
        _ => answer(503, json!({ "reason": "ServiceUnavailable" })),
    })
    .await;
    let worker = Worker::start(&app).await;
    let user = user(&app).await;
    notify(&app, &user, "refused").await.unwrap();
    notify(&app, &user, "unavailable").await.unwrap();
    worker.jobs_done(KIND, 6).await;
    // A back end that tries it again does so after as many seconds as there were attempts.
    sleep(Duration::from_secs(8)).await;
    assert_eq!(attempts(&worker).len(), 6);
}

pub async fn pauses_are_kept(jobs: Option<String>) {
    let (asked, answers) = (Duration::from_secs(4), AtomicBool::new(false));
    let (app, _apple) = start(jobs, move |_| {
        if answers.swap(true, Ordering::Relaxed) {
            return answer(200, "");
        }
        let refusal = Response::builder().status(429).header("retry-after", asked.as_secs());
        Answer::Now(refusal.body(json!({ "reason": "TooManyRequests" }).to_string()).unwrap())
    })
    .await;
    let worker = Worker::start(&app).await;
    notify(&app, &user(&app).await, "Due").await.unwrap();
    worker.jobs_done(KIND, 2).await;
    let mut attempts = attempts(&worker);
    attempts.sort_by_key(|attempt| attempt.start_time);
    let pause = attempts[1].start_time.duration_since(attempts[0].end_time).unwrap();
    assert!(pause >= asked, "{pause:?}");
}

/// Workers are at as many jobs as they may be, and share them.
pub async fn jobs_are_bounded(jobs: Option<String>, workers: usize) {
    let (app, apple) = start(jobs, |_| Answer::Never).await;
    let user = user(&app).await;
    for _ in 0..4 * DeliverNotification::CONCURRENCY {
        notify(&app, &user, "Due").await.unwrap();
    }
    let mut at_work = Vec::new();
    for _ in 0..workers {
        at_work.push(Worker::start(&app).await);
    }
    let at_once = workers * DeliverNotification::CONCURRENCY;
    let all_begun = async {
        while begun(&apple) < at_once {
            sleep(Duration::from_millis(10)).await;
        }
    };
    // Each job has five attempts, that are timed out, before another one can take its place.
    timeout(Duration::from_secs(40), all_begun).await.expect("all workers are at it");
    sleep(Duration::from_millis(500)).await;
    assert_eq!(begun(&apple), at_once);
}

/// How many notifications have come to the vendor.
fn begun(apple: &Vendor) -> usize {
    let received = apple.received();
    received.iter().map(|request| request.header("apns-collapse-id")).collect::<BTreeSet<_>>().len()
}
