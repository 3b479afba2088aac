//! What the system has to show, by name, as the tables that it was built from.

mod common;

use std::collections::BTreeSet;

use common::vendor::{Received, TokenServer, Vendor, answer};
use common::{TestApp, id, keys};
use opentelemetry_sdk::trace::SpanData;
use serde_json::json;
use spanweave::testing::span_tree;

/// Which process shows something.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shown {
    Api,
    Worker,
    Both,
}
use Shown::{Api, Both, Worker};

impl Shown {
    fn is_in(self, process: Shown) -> bool {
        self == Both || self == process
    }
}

/// Spans: which process, name, kind, attributes.
#[rustfmt::skip]
const SPANS: [(Shown, &str, &str, &[&str]); 14] = [
    // one per request, `{method} {route}`
    (Api,    "GET /api/tasks/",                 "Server",   &["http.request.method", "http.route", "http.response.status_code", "url.scheme"]),
    // service method
    (Api,    "TaskService.list_tasks",          "Internal", &["code.function.name", "outcome"]),
    (Worker, "NotificationService.deliver",     "Internal", &["code.function.name", "outcome"]),
    // repository method, parent of its SQL
    (Api,    "TaskRepository.list",             "Internal", &["code.function.name", "outcome"]),
    (Worker, "DeviceRepository.unreached",      "Internal", &["code.function.name", "outcome"]),
    // SQL statement
    (Api,    "SELECT sessions",                 "Client",   &["db.system.name", "db.query.text", "db.query.summary", "db.operation.name", "db.collection.name"]),
    // object storage, and inside it the vendor's call
    (Both,   "storage.upload",                  "Internal", &["size_bytes", "key", "mime_type", "bucket", "result"]),
    (Both,   "b2.PutObject",                    "Client",   &["size_bytes", "key", "mime_type", "bucket", "result"]),
    // push, one per device
    (Worker, "apns.Send",                       "Client",   &["topic", "status_code", "reason", "result"]),
    (Worker, "apns.SendWithCategory",           "Client",   &["topic", "status_code", "reason", "result"]),
    (Worker, "fcm.Send",                        "Client",   &["status_code", "reason", "result"]),
    // background job, one per attempt
    (Worker, "job.handle:deliver_notification", "Consumer", &["job.attempt", "job.max_attempts", "job.payload_size_bytes", "messaging.destination.name"]),
    (Worker, "job.handle:make_thumbnail",       "Consumer", &["job.attempt", "job.max_attempts", "job.payload_size_bytes", "messaging.destination.name"]),
    (Api,    "job.enqueue:make_thumbnail",      "Producer", &["messaging.system"]),
];

/// Metrics: which process, name, labels.
#[rustfmt::skip]
const METRICS: [(Shown, &str, &[&str]); 16] = [
    (Api,    "http_request_duration_seconds_count",  &["route", "method", "status"]),
    (Both,   "sqlx_query_duration_seconds_count",    &["table", "operation"]),
    (Both,   "b2_upload_duration_seconds_count",     &["bucket", "result"]),
    (Both,   "b2_upload_bytes_total",                &["bucket", "result"]),
    (Worker, "apns_send_duration_seconds_count",     &["result"]),
    (Worker, "fcm_send_duration_seconds_count",      &["result"]),
    (Worker, "job_duration_seconds_count",           &["task_type", "result"]),
    (Worker, "job_queue_wait_seconds_count",         &["task_type"]),
    // the outcome is counted apart: in the histogram it would multiply the series of a method by four
    (Both,   "method_duration_seconds_count",        &["kind", "type", "method"]),
    (Both,   "method_calls_total",                   &["kind", "type", "method", "outcome"]),
    (Both,   "process_cpu_seconds_total",            &[]),
    (Both,   "process_resident_memory_bytes",        &[]),
    (Both,   "process_virtual_memory_bytes",         &[]),
    (Both,   "process_open_fds",                     &[]),
    (Both,   "process_max_fds",                      &[]),
    (Both,   "process_start_time_seconds",           &[]),
];

/// The results of a push.
const RESULTS: [&str; 3] = ["bad_token", "error", "ok"];

/// The API and its worker after a day's work.
struct System {
    app: TestApp,
    worker: common::Worker,
}

impl System {
    async fn after_a_day() -> System {
        let (good, gone, busy) = ("a1".repeat(32), "b2".repeat(32), "c3".repeat(32));
        let reply = move |request: &Received| match request.path.rsplit('/').next() {
            Some(token) if token == gone => answer(400, json!({ "reason": "BadDeviceToken" })),
            Some(token) if token == busy => answer(400, json!({ "reason": "PayloadTooLarge" })),
            _ => answer(200, ""),
        };
        let google = |request: &Received| match request.body["message"]["token"].as_str() {
            Some(token) if token.ends_with("gone") => answer(404, fcm_error("UNREGISTERED")),
            Some(token) if token.ends_with("busy") => answer(403, fcm_error("THIRD_PARTY_AUTH_ERROR")),
            _ => answer(200, json!({ "name": "projects/honeydue-test/messages/1" })),
        };
        let (apple, google, tokens) =
            (Vendor::start(reply).await, Vendor::start(google).await, TokenServer::start().await);
        let variables = keys::variables(&apple.url, &google.url, &tokens.url);
        let app = TestApp::start_with(&variables).await;
        let worker = common::Worker::start(&app).await;

        let user = app.user().await;
        let residence = user.residence().await;
        let ios = [&good, &"b2".repeat(32), &"c3".repeat(32)];
        let android = ["fcm:good", "fcm:gone", "fcm:busy"];
        for (platform, token) in ios
            .map(|token| ("ios", token.clone()))
            .into_iter()
            .chain(android.map(|token| ("android", token.to_owned())))
        {
            user.post("/api/devices/", &json!({ "platform": platform, "push_token": token })).await;
        }
        let due = json!({ "residence_id": residence, "title": "Sweep", "due_at": "2020-01-01T00:00:00Z" });
        let task = id(&user.post("/api/tasks/", &due).await);
        user.get("/api/tasks/").await;
        user.upload(residence, "roof.png", common::png(64, 64)).await;
        user.post(&format!("/api/tasks/{task}/complete"), &json!({})).await;
        worker.jobs_done("deliver_notification", 1).await;
        worker.jobs_done("make_thumbnail", 1).await;
        // A reminder has buttons: it is a push with a category.
        user.post("/api/tasks/", &due).await;
        app.telemetry.root("cron").try_run(app.app.tasks.remind_due()).await.unwrap();
        worker.jobs_done("deliver_notification", 2).await;
        System { app, worker }
    }

    fn spans(&self, process: Shown) -> Vec<SpanData> {
        if process == Api { self.app.telemetry.spans() } else { self.worker.telemetry.spans() }
    }

    async fn metrics(&self, process: Shown) -> String {
        let url = if process == Api { &self.app.url } else { &self.worker.url };
        reqwest::get(format!("{url}/metrics")).await.unwrap().text().await.unwrap()
    }
}

fn fcm_error(code: &str) -> serde_json::Value {
    let kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
    json!({ "error": { "status": "X", "details": [{ "@type": kind, "errorCode": code }] } })
}

#[tokio::test]
async fn everything_is_shown() {
    let system = System::after_a_day().await;
    for process in [Api, Worker] {
        let spans = system.spans(process);
        for (_, name, kind, attributes) in SPANS.iter().filter(|(shown, ..)| shown.is_in(process)) {
            spans_have(&spans, name, kind, attributes);
        }
        let metrics = system.metrics(process).await;
        for (_, name, labels) in METRICS.iter().filter(|(shown, ..)| shown.is_in(process)) {
            assert_eq!(labels_of(&metrics, name), labels.iter().copied().collect(), "{process:?}: {name}");
        }
    }
    let metrics = system.metrics(Worker).await;
    for vendor in ["apns", "fcm"] {
        for result in RESULTS {
            let series = format!("{vendor}_send_duration_seconds_count{{result=\"{result}\"}}");
            assert!(metrics.contains(&series), "{series}");
        }
    }
}

/// Some span of the name has all of the attributes, and each is of the kind.
fn spans_have(spans: &[SpanData], name: &str, kind: &str, attributes: &[&str]) {
    let named: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
    assert!(!named.is_empty(), "no span {name}");
    assert!(named.iter().all(|span| format!("{:?}", span.span_kind) == kind), "{name} is no {kind}");
    let has_all = |span: &SpanData| {
        attributes.iter().all(|key| span.attributes.iter().any(|given| given.key.as_str() == *key))
    };
    assert!(named.iter().any(|span| has_all(span)), "no {name} has all of {attributes:?}: {named:#?}");
}

/// The names of the labels of a metric, which each of its lines has.
fn labels_of<'m>(metrics: &'m str, name: &str) -> BTreeSet<&'m str> {
    let is_of = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']));
    let mut all = metrics.lines().filter(is_of).map(labels);
    let first = all.next().unwrap_or_else(|| panic!("no metric {name}"));
    assert!(all.all(|other| other == first), "lines of {name} have different labels");
    first
}

fn labels(line: &str) -> BTreeSet<&str> {
    let Some((_, labels)) = line.split_once('{') else { return BTreeSet::new() };
    labels.split("\",").filter_map(|label| Some(label.split_once("=\"")?.0)).collect()
}

#[tokio::test]
async fn both_processes_say_that_they_are_alive_and_have_the_page_of_the_admin_panel() {
    let system = System::after_a_day().await;
    for url in [&system.app.url, &system.worker.url] {
        for path in ["/api/health/", "/api/health/live", "/metrics/legacy"] {
            assert_eq!(reqwest::get(format!("{url}{path}")).await.unwrap().status(), 200, "{path}");
        }
    }
    let legacy = reqwest::get(format!("{}/metrics/legacy", system.worker.url)).await.unwrap();
    let legacy: serde_json::Value = legacy.json().await.unwrap();
    let methods = legacy["methods"].as_array().unwrap();
    assert!(
        methods.iter().any(|row| row["type"] == "ApnsClient" && row["errors"].as_u64() > Some(0)),
        "{legacy}"
    );
}

#[tokio::test]
async fn one_request_is_one_trace_through_the_queue_to_the_push() {
    let apple = Vendor::answering([]).await;
    let app = TestApp::start_with(&keys::variables(&apple.url, &apple.url, &apple.url)).await;
    let worker = common::Worker::start(&app).await;
    let user = app.user().await;
    user.post("/api/devices/", &json!({ "platform": "ios", "push_token": "a1".repeat(32) })).await;
    let residence = user.residence().await;
    let task = user.task(residence).await;
    user.post(&format!("/api/tasks/{task}/complete"), &json!({})).await;
    worker.jobs_done("deliver_notification", 1).await;

    let mut spans = app.telemetry.spans();
    let root = spans.iter().find(|span| span.name == "POST /api/tasks/{id}/complete").unwrap();
    let trace = root.span_context.trace_id();
    spans.extend(worker.telemetry.spans());
    spans.retain(|span| span.span_context.trace_id() == trace);
    assert_eq!(
        span_tree(&spans, &[]),
        "\
POST /api/tasks/{id}/complete
  AuthService.authenticate
    SessionRepository.user_of
      SELECT sessions
  TaskService.complete
    TaskRepository.find
      SELECT tasks residences
    TaskRepository.complete
      transaction
        BEGIN
        UPDATE tasks SELECT residences
        NotificationRepository.insert
          INSERT notifications
        COMMIT
    NotificationService.enqueue
      job.enqueue:deliver_notification
        job.handle:deliver_notification
          NotificationService.deliver
            NotificationRepository.find_of_anyone
              SELECT notifications
            DeviceRepository.unreached
              SELECT devices notifications deliveries
            apns.Send
            DeviceRepository.reached
              INSERT deliveries SELECT devices
      NotificationRepository.mark_enqueued
        UPDATE notifications
    TaskService.get
      TaskRepository.find
        SELECT tasks residences
"
    );
}

#[tokio::test]
async fn no_token_is_anywhere() {
    let system = System::after_a_day().await;
    for process in [Api, Worker] {
        let shown = format!("{:?}\n{}", system.spans(process), system.metrics(process).await);
        for token in ["a1".repeat(32), "b2".repeat(32), "fcm:good".to_owned(), common::PASSWORD.to_owned()] {
            assert!(!shown.contains(&token), "{process:?} shows a token");
        }
    }
}
