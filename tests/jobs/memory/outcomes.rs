//! How an attempt ends, with each of apalis' layers inside and outside of ours.

use std::future::{Ready, pending};
use std::time::Duration;

use apalis::layers::WorkerBuilderExt;
use apalis_core::backend::TaskSink;
use apalis_core::backend::memory::MemoryStorage;
use apalis_core::error::{AbortError, BoxDynError};
use apalis_core::task::context::TaskContext;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use spanweave::testing::TestTelemetry;

#[derive(Clone, Debug)]
enum Act {
    Abort,
    Cancel,
    CancelTooLate,
    Fail,
    Hang,
    Panic,
    Stop,
}

async fn act(act: Act, task: TaskContext, worker: WorkerContext) -> Result<(), BoxDynError> {
    tokio::task::yield_now().await;
    match act {
        Act::Cancel => {
            worker.cancel_task(&task)?;
            tokio::task::yield_now().await;
            Err("it is not polled again".into())
        }
        Act::CancelTooLate => Ok(worker.cancel_task(&task)?),
        Act::Abort => Err(AbortError::new("on purpose").into()),
        Act::Fail => Err("on purpose".into()),
        Act::Hang => pending().await,
        Act::Panic => panic!("on purpose"),
        Act::Stop => Ok(worker.stop()?),
    }
}

/// A queue with these jobs.
async fn jobs(acts: impl IntoIterator<Item = Act>) -> MemoryStorage<Act> {
    let mut jobs = MemoryStorage::new();
    for act in acts {
        jobs.push(act).await.unwrap();
    }
    jobs
}

/// Runs a worker until a job has stopped it.
macro_rules! work {
    ($worker:expr) => {
        tokio::time::timeout(Duration::from_mins(1), $worker.run()).await.unwrap().unwrap()
    };
}

#[track_caller]
fn ended(telemetry: &TestTelemetry, tree: &str, results: &[&str]) {
    assert_eq!(telemetry.span_tree(), tree);
    let metrics = telemetry.metrics_text();
    for result in results {
        let line = format!("job_duration_seconds_count{{task_type=\"act\",result=\"{result}\"}} 1\n");
        assert!(metrics.contains(&line), "{line}{metrics}");
    }
}

#[tokio::test]
async fn an_error_whose_type_is_not_known_is_an_error() {
    let telemetry = TestTelemetry::new();
    let jobs = jobs([Act::Fail, Act::Abort, Act::Stop]).await;
    work!(WorkerBuilder::new("worker").backend(jobs).layer(telemetry.job_layer()).build(act));
    let tree = "job.handle:act [error: error]\njob.handle:act [error: aborted]\njob.handle:act\n";
    ended(&telemetry, tree, &["error", "aborted", "ok"]);
}

#[tokio::test]
async fn a_job_that_apalis_cancels_is_cancelled() {
    let telemetry = TestTelemetry::new();
    let jobs = jobs([Act::Cancel, Act::CancelTooLate, Act::Stop]).await;
    work!(WorkerBuilder::new("worker").backend(jobs).layer(telemetry.job_layer()).build(act));
    assert_eq!(
        telemetry.span_tree(),
        "job.handle:act [cancelled]\njob.handle:act [cancelled]\njob.handle:act\n"
    );
    let counted = "job_duration_seconds_count{task_type=\"act\",result=\"cancelled\"} 2\n";
    assert!(telemetry.metrics_text().contains(counted));
}

#[tokio::test]
async fn a_panic_that_is_caught_outside_is_a_panic() {
    let telemetry = TestTelemetry::new();
    let jobs = jobs([Act::Panic, Act::Stop]).await;
    let worker = WorkerBuilder::new("worker").backend(jobs).catch_panic().layer(telemetry.job_layer());
    work!(worker.build(act));
    ended(&telemetry, "job.handle:act [panicked]\njob.handle:act\n", &["panicked", "ok"]);
}

#[tokio::test]
async fn a_panic_that_is_caught_inside_is_what_it_is_made_to_be() {
    let telemetry = TestTelemetry::new();
    let jobs = jobs([Act::Panic, Act::Stop]).await;
    let worker = WorkerBuilder::new("worker").backend(jobs).layer(telemetry.job_layer()).catch_panic();
    work!(worker.build(act));
    ended(&telemetry, "job.handle:act [error: aborted]\njob.handle:act\n", &["aborted", "ok"]);
}

#[tokio::test]
async fn a_panic_that_ends_the_worker_is_a_panic() {
    let telemetry = TestTelemetry::new();
    let jobs = jobs([Act::Panic]).await;
    let worker = WorkerBuilder::new("worker").backend(jobs).layer(telemetry.job_layer()).build(act);
    let ends = tokio::spawn(async { worker.run().await.is_ok() }).await;
    assert!(ends.is_err_and(|error| error.is_panic()));
    ended(&telemetry, "job.handle:act [panicked]\n", &["panicked"]);
}

#[tokio::test]
async fn a_handler_that_panics_before_it_is_a_future_has_panicked() {
    fn at_once(_: Act) -> Ready<Result<(), BoxDynError>> {
        panic!("on purpose")
    }

    let telemetry = TestTelemetry::new();
    let jobs = jobs([Act::Stop]).await;
    let worker = WorkerBuilder::new("worker").backend(jobs).layer(telemetry.job_layer()).build(at_once);
    let ends = tokio::spawn(async { worker.run().await.is_ok() }).await;
    assert!(ends.is_err_and(|error| error.is_panic()));
    ended(&telemetry, "job.handle:act [panicked]\n", &["panicked"]);
}

#[tokio::test]
async fn a_timeout_inside_is_an_error_of_its_class() {
    let telemetry = TestTelemetry::new();
    let jobs = jobs([Act::Hang, Act::Stop]).await;
    let worker = WorkerBuilder::new("worker").backend(jobs).layer(telemetry.job_layer());
    work!(worker.timeout(Duration::from_millis(200)).build(act));
    ended(&telemetry, "job.handle:act [error: timeout]\njob.handle:act\n", &["timeout", "ok"]);
}

#[tokio::test]
async fn a_timeout_outside_cancels() {
    let telemetry = TestTelemetry::new();
    let jobs = jobs([Act::Hang, Act::Stop]).await;
    let worker = WorkerBuilder::new("worker").backend(jobs).timeout(Duration::from_millis(200));
    work!(worker.layer(telemetry.job_layer()).build(act));
    ended(&telemetry, "job.handle:act [cancelled]\njob.handle:act\n", &["cancelled", "ok"]);
}

#[tokio::test]
async fn a_worker_that_is_dropped_cancels_its_jobs() {
    let telemetry = TestTelemetry::new();
    let jobs = jobs([Act::Hang]).await;
    let worker = WorkerBuilder::new("worker").backend(jobs).layer(telemetry.job_layer()).build(act);
    tokio::select! {
        biased;
        _ = worker.run() => panic!("its job hangs"),
        () = tokio::task::yield_now() => {}
    }
    ended(&telemetry, "job.handle:act [cancelled]\n", &["cancelled"]);
}
