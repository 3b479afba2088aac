//! What holds whatever the back end: each target runs it over its own `queue`.

use std::time::{Duration, SystemTime};

use apalis::layers::WorkerBuilderExt;
use apalis::layers::retry::RetryPolicy;
use apalis_core::backend::TaskSink;
use apalis_core::task::attempt::Attempt;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::metadata::MetadataStore;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use opentelemetry::trace::SpanKind;
use serde::{Deserialize, Serialize};
use spanweave::job::{AsJson, Enqueued, TracedSink};
use spanweave::testing::{TestTelemetry, span_tree};
use spanweave::{Ctx, ErrorClass, MetricsFormat, traced_client};

use crate::queue::{self, Storage};

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SendReminder {
    pub user_id: i64,
    /// How many attempts fail.
    pub failures: usize,
}

/// The first one as JSON.
const JSON: &str = r#"{"user_id":7,"failures":0}"#;

#[derive(Debug, ErrorClass, thiserror::Error)]
pub enum ReminderError {
    #[error("the user has no token")]
    NoToken,
}

struct Mailer;

#[traced_client]
impl Mailer {
    pub async fn send(_user_id: i64) {
        tokio::task::yield_now().await;
    }
}

/// Stops its worker once it has worked.
pub async fn send_reminder(
    job: SendReminder,
    attempt: Attempt,
    metadata: MetadataStore,
    worker: WorkerContext,
) -> Result<(), ReminderError> {
    let ctx = Ctx::current();
    ctx.set("tenant", metadata.get("tenant"));
    ctx.set("baggage", ctx.baggage("tenant"));
    ctx.set("apalis.attempt", attempt.current());
    Mailer::send(job.user_id).await;
    if attempt.current() <= job.failures {
        return Err(ReminderError::NoToken);
    }
    worker.stop().expect("the worker runs");
    Ok(())
}

pub fn failing(failures: usize) -> SendReminder {
    SendReminder { user_id: 7, failures }
}

/// Runs a worker until a job has stopped it.
async fn work(jobs: Storage, telemetry: &TestTelemetry) {
    let layer = telemetry.job_layer().queue("reminders").payload_size(AsJson).error_class::<ReminderError>();
    let worker = WorkerBuilder::new(queue::worker())
        .backend(jobs)
        .retry(RetryPolicy::retries(5))
        .layer(layer)
        .timeout(Duration::from_secs(30))
        .build(send_reminder);
    let stopped = tokio::time::timeout(Duration::from_mins(1), worker.run()).await;
    stopped.expect("a job stops the worker").expect("the worker works");
}

#[tokio::test]
async fn one_trace_goes_through_the_queue() {
    let (api, workers, mut jobs) = (TestTelemetry::new(), TestTelemetry::new(), queue::storage().await);
    api.root("POST /api/tasks/").try_run(jobs.push_traced(failing(0))).await.unwrap();
    work(jobs, &workers).await;

    let spans = [api.spans(), workers.spans()].concat();
    assert_eq!(
        span_tree(&spans, &[]),
        "POST /api/tasks/\n  job.enqueue:send_reminder\n    job.handle:send_reminder\n      Mailer.send\n"
    );
    let trace = spans[0].span_context.trace_id();
    assert!(spans.iter().all(|span| span.span_context.trace_id() == trace), "they have one id");
    let kind = |name| spans.iter().find(|span| span.name == name).map(|span| span.span_kind.clone());
    assert_eq!(kind("job.enqueue:send_reminder"), Some(SpanKind::Producer));
    assert_eq!(kind("job.handle:send_reminder"), Some(SpanKind::Consumer));
}

#[tokio::test]
async fn a_span_tells_what_is_known_of_its_attempt() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), queue::storage().await);
    jobs.push_traced(TaskBuilder::new(failing(0)).max_attempts(3).build()).await.unwrap();
    work(jobs, &telemetry).await;
    let span = telemetry.span("job.handle:send_reminder");
    let expected = [
        ("job.task_type", "send_reminder".to_owned()),
        ("job.attempt", "1".to_owned()),
        ("job.max_attempts", "3".to_owned()),
        ("job.payload_size_bytes", JSON.len().to_string()),
        ("messaging.system", "apalis".to_owned()),
        ("messaging.operation.type", "process".to_owned()),
        ("messaging.operation.name", "process".to_owned()),
        ("messaging.destination.name", "reminders".to_owned()),
    ];
    for (key, value) in expected {
        assert_eq!(span.attribute(key).as_deref(), Some(&*value), "{key}");
    }
}

#[tokio::test]
async fn what_the_application_and_the_trace_carry_arrives() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), queue::storage().await);
    let metadata = MetadataStore::from_iter([("tenant", "of the application")]);
    let task = TaskBuilder::new(failing(0)).with_metadata(metadata).build();
    telemetry
        .root("POST /api/tasks/")
        .try_run(async {
            Ctx::current().set_baggage("tenant", "of the trace");
            jobs.push_traced(task).await
        })
        .await
        .unwrap();
    work(jobs, &telemetry).await;
    let span = telemetry.span("job.handle:send_reminder");
    assert_eq!(span.attribute("tenant").as_deref(), Some("of the application"));
    assert_eq!(span.attribute("baggage").as_deref(), Some("of the trace"));
}

#[tokio::test]
async fn every_attempt_is_a_span() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), queue::storage().await);
    telemetry.root("POST /api/tasks/").try_run(jobs.push_traced(failing(2))).await.unwrap();
    work(jobs, &telemetry).await;
    assert_eq!(
        telemetry.span_tree_with(&["job.attempt", "apalis.attempt"]),
        "\
POST /api/tasks/
  job.enqueue:send_reminder
    job.handle:send_reminder [error: no_token] job.attempt=1 apalis.attempt=1
      Mailer.send
    job.handle:send_reminder [error: no_token] job.attempt=2 apalis.attempt=2
      Mailer.send
    job.handle:send_reminder job.attempt=3 apalis.attempt=3
      Mailer.send
"
    );
    let metrics = telemetry.metrics_text();
    let counts = |line: &str| assert!(metrics.contains(line), "{line}\n{metrics}");
    counts("job_duration_seconds_count{task_type=\"send_reminder\",result=\"no_token\"} 2\n");
    counts("job_duration_seconds_count{task_type=\"send_reminder\",result=\"ok\"} 1\n");
    counts("job_queue_wait_seconds_count{task_type=\"send_reminder\"} 1\n");
    counts("job_retries_total{task_type=\"send_reminder\"} 2\n");
}

#[tokio::test]
async fn a_wait_is_from_the_push_to_the_first_attempt() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), queue::storage().await);
    jobs.push_traced(failing(0)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    work(jobs, &telemetry).await;
    let waited = waited(&telemetry);
    assert!((0.3..30.0).contains(&waited), "{waited}");
}

/// The time comes back from every back end, also from those that keep `run_at` to themselves.
#[tokio::test]
async fn a_wait_of_a_job_for_later_is_from_when_it_is_due() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), queue::storage().await);
    let due = SystemTime::now() + Duration::from_mins(1);
    // Pushed to be run at once, so that the test need not wait.
    let task = TaskBuilder::new(failing(0)).metadata(&Enqueued::now().not_before(due)).build();
    jobs.push_task(task).await.unwrap();
    work(jobs, &telemetry).await;
    let waited = waited(&telemetry);
    assert!(waited.abs() < f64::EPSILON, "{waited}");
}

/// Seconds that jobs have waited.
fn waited(telemetry: &TestTelemetry) -> f64 {
    let metrics = telemetry.metrics(MetricsFormat::Text);
    let name = "job_queue_wait_seconds_sum{task_type=\"send_reminder\"} ";
    metrics.lines().find_map(|line| line.strip_prefix(name)).expect("a job has waited").parse().unwrap()
}

#[tokio::test]
async fn jobs_of_a_batch_are_below_what_pushed_them() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), queue::storage().await);
    telemetry
        .root("nightly")
        .try_run(async {
            let task = TaskBuilder::new(failing(0)).metadata(&Enqueued::now()).build();
            jobs.push_task(task).await
        })
        .await
        .unwrap();
    work(jobs, &telemetry).await;
    assert_eq!(telemetry.span_tree(), "nightly\n  job.handle:send_reminder\n    Mailer.send\n");
}

#[tokio::test]
async fn what_is_not_valid_in_the_metadata_is_not_there() {
    let long = "a=1,".repeat(5_000);
    for traceparent in ["", "00-xyz", "00-00000000000000000000000000000000-0000000000000000-01", &long] {
        let (telemetry, mut jobs) = (TestTelemetry::new(), queue::storage().await);
        let metadata = MetadataStore::from_iter([
            ("traceparent", traceparent),
            ("tracestate", &long),
            ("baggage", &long),
            ("spanweave.due_at", "99999999999999999999"),
        ]);
        let task = TaskBuilder::new(failing(0)).with_metadata(metadata).build();
        jobs.push_task(task).await.unwrap();
        work(jobs, &telemetry).await;
        assert_eq!(telemetry.span_tree(), "job.handle:send_reminder\n  Mailer.send\n", "{traceparent}");
    }
}
