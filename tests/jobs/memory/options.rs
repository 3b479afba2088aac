//! What a layer is told, and what it does without being told.

use std::time::Duration;

use apalis_core::backend::TaskSink;
use apalis_core::backend::memory::MemoryStorage;
use apalis_core::error::BoxDynError;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use opentelemetry::trace::SpanKind;
use spanweave::job::{JobLayer, PayloadSize, TracedSink};
use spanweave::testing::{KeptSpans, TestTelemetry};
use spanweave::{Ctx, Keep, MetricsFormat, Telemetry};

/// How many jobs there are before the last one.
#[derive(Clone, Debug)]
struct CountDown(usize);

async fn count_down(CountDown(left): CountDown, worker: WorkerContext) -> Result<(), BoxDynError> {
    let ctx = Ctx::current();
    tokio::task::yield_now().await;
    assert_eq!(Ctx::current(), ctx, "jobs of one task do not get into each other's traces");
    ctx.set("left", left);
    if left == 0 {
        worker.stop()?;
    }
    Ok(())
}

/// Runs a worker until the last job has stopped it.
async fn work<P>(jobs: MemoryStorage<CountDown>, layer: JobLayer<P>)
where
    P: PayloadSize<CountDown> + Clone + Send + 'static,
{
    let worker = WorkerBuilder::new("worker").backend(jobs).layer(layer).build(count_down);
    let stopped = tokio::time::timeout(Duration::from_mins(1), worker.run()).await;
    stopped.expect("a job stops the worker").expect("the worker works");
}

#[tokio::test]
async fn a_job_that_came_without_a_trace_begins_one() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), MemoryStorage::new());
    jobs.push(CountDown(0)).await.unwrap();
    work(jobs, telemetry.job_layer()).await;
    let attributes =
        ["job.attempt", "job.max_attempts", "job.payload_size_bytes", "messaging.destination.name"];
    assert_eq!(telemetry.span_tree_with(&attributes), "job.handle:count_down job.attempt=1\n");
    assert!(!telemetry.metrics_text().contains("job_queue_wait_seconds_count"), "nobody said since when");
}

#[tokio::test]
async fn a_job_that_is_pushed_outside_of_any_trace_is_pushed_all_the_same() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), MemoryStorage::new());
    jobs.push_traced(CountDown(0)).await.unwrap();
    work(jobs, telemetry.job_layer()).await;
    assert_eq!(telemetry.span_tree(), "job.handle:count_down\n");
    let waits = "job_queue_wait_seconds_count{task_type=\"count_down\"} 1\n";
    assert!(telemetry.metrics_text().contains(waits));
}

#[tokio::test]
async fn many_jobs_at_once_are_each_in_their_own_trace() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), MemoryStorage::new());
    for left in (0..20).rev() {
        telemetry.root("push").try_run(jobs.push_traced(CountDown(left))).await.unwrap();
    }
    work(jobs, telemetry.job_layer()).await;
    let tree = telemetry.span_tree_with(&["left"]);
    for left in 0..20 {
        let trace = format!("push\n  job.enqueue:count_down\n    job.handle:count_down left={left}\n");
        assert!(tree.contains(&trace), "{tree}");
    }
    assert_eq!(tree.lines().count(), 60);
}

#[tokio::test]
async fn linked_jobs_are_traces_of_their_own() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), MemoryStorage::new());
    telemetry.root("push").try_run(jobs.push_traced(CountDown(0))).await.unwrap();
    work(jobs, telemetry.job_layer().linked()).await;
    let spans = telemetry.spans();
    let named = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let (pushed, handled) = (named("job.enqueue:count_down"), named("job.handle:count_down"));
    assert_eq!(handled.span_kind, SpanKind::Consumer);
    assert_ne!(handled.span_context.trace_id(), pushed.span_context.trace_id());
    let [link] = &handled.links.links[..] else { panic!("{:?}", handled.links) };
    assert_eq!(link.span_context.trace_id(), pushed.span_context.trace_id());
    assert_eq!(link.span_context.span_id(), pushed.span_context.span_id());
}

#[tokio::test]
async fn a_task_type_of_ones_own_is_on_both_sides() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), MemoryStorage::new());
    telemetry.root("push").try_run(jobs.push_traced_as("digest", CountDown(0))).await.unwrap();
    work(jobs, telemetry.job_layer().task_type("digest")).await;
    assert_eq!(telemetry.span_tree(), "push\n  job.enqueue:digest\n    job.handle:digest\n");
    let counted = "job_duration_seconds_count{task_type=\"digest\",result=\"ok\"} 1\n";
    assert!(telemetry.metrics_text().contains(counted));
}

#[tokio::test]
async fn a_payload_may_be_measured_by_a_function() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), MemoryStorage::new());
    jobs.push(CountDown(0)).await.unwrap();
    work(jobs, telemetry.job_layer().payload_size(|_: &CountDown| 42)).await;
    assert_eq!(
        telemetry.span_tree_with(&["job.payload_size_bytes"]),
        "job.handle:count_down job.payload_size_bytes=42\n"
    );
}

#[tokio::test]
async fn a_queue_of_a_very_long_name_is_cut() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), MemoryStorage::new());
    let queue = "ü".repeat(1_000);
    let task = TaskBuilder::new(CountDown(0)).queue(queue.as_str().into()).build();
    telemetry.root("push").try_run(jobs.push_traced(task)).await.unwrap();
    work(jobs, telemetry.job_layer()).await;
    for name in ["job.enqueue:count_down", "job.handle:count_down"] {
        let span = telemetry.span(name);
        assert_eq!(span.attribute("messaging.destination.name").as_deref(), Some(&*"ü".repeat(64)), "{name}");
    }
}

#[tokio::test]
async fn the_wait_of_a_job_for_later_begins_when_it_is_due() {
    let (telemetry, mut jobs) = (TestTelemetry::new(), MemoryStorage::new());
    // The back end in memory runs it at once all the same.
    jobs.push_traced(TaskBuilder::new(CountDown(0)).run_in_hours(24).build()).await.unwrap();
    work(jobs, telemetry.job_layer()).await;
    let text = telemetry.metrics(MetricsFormat::OpenMetrics);
    assert!(text.contains("job_queue_wait_seconds_sum{task_type=\"count_down\"} 0.0\n"), "{text}");
}

#[tokio::test]
async fn the_decision_to_sample_goes_with_the_trace() {
    let api =
        Telemetry::builder().sampling_ratio(0.0).keep(Keep::nothing()).exporter(KeptSpans::new()).build();
    let (workers, mut jobs) = (TestTelemetry::new(), MemoryStorage::new());
    api.unwrap().root("push").try_run(jobs.push_traced(CountDown(0))).await.unwrap();
    work(jobs, workers.job_layer()).await;
    assert_eq!(workers.span_tree(), "");
    let counted = "job_duration_seconds_count{task_type=\"count_down\",result=\"ok\"} 1\n";
    assert!(workers.metrics_text().contains(counted), "metrics see every attempt");
}
