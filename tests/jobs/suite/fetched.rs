//! Attempts that the back end itself makes again, over its own `queue`.

use std::time::Duration;

use apalis_core::backend::ext::BackendExt;
use apalis_core::worker::builder::WorkerBuilder;
use spanweave::job::TracedSink;
use spanweave::testing::TestTelemetry;

use crate::queue;
use crate::suite::{ReminderError, failing, send_reminder};

#[tokio::test]
async fn attempts_are_counted_on_when_a_job_is_fetched_again() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), queue::storage().await);
    telemetry.root("POST /api/tasks/").try_run(jobs.push_traced(failing(1))).await.unwrap();
    let worker = WorkerBuilder::new(queue::worker())
        .backend(jobs.poll_with_interval(Duration::from_millis(50)))
        .layer(telemetry.job_layer().error_class::<ReminderError>())
        .build(send_reminder);
    let stopped = tokio::time::timeout(Duration::from_mins(1), worker.run()).await;
    stopped.expect("a job stops the worker").expect("the worker works");
    assert_eq!(
        telemetry.span_tree_with(&["job.attempt"]),
        "\
POST /api/tasks/
  job.enqueue:send_reminder
    job.handle:send_reminder [error: no_token] job.attempt=1
      Mailer.send
    job.handle:send_reminder job.attempt=2
      Mailer.send
"
    );
    let waits = "job_queue_wait_seconds_count{task_type=\"send_reminder\"} 1\n";
    assert!(telemetry.metrics_text().contains(waits), "only the first attempt has waited");
}
