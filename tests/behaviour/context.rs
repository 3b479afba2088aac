//! A context goes wherever the work goes: tasks, threads, closures, plain calls, past the end of its root.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use spanweave::testing::TestTelemetry;
use spanweave::{Ctx, InCtx};

use crate::app::TaskService;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_trace_through_tasks_and_threads() {
    let telemetry = TestTelemetry::new();
    let service = Arc::new(TaskService::default());
    let root = telemetry.root("POST /api/tasks/").run(async {
        let ctx = Ctx::current();

        let spawned = Arc::clone(&service);
        tokio::spawn(async move { spawned.list_tasks_ctx(ctx, 1).await }).await.unwrap().unwrap();

        let plain = Arc::clone(&service);
        tokio::spawn(async move { plain.list_tasks(2).await }.in_ctx(ctx)).await.unwrap().unwrap();

        let blocking = Arc::clone(&service);
        let runtime = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || runtime.block_on(blocking.list_tasks_ctx(ctx, 3)).unwrap())
            .await
            .unwrap();

        let threaded = Arc::clone(&service);
        let runtime = tokio::runtime::Handle::current();
        let thread =
            std::thread::spawn(move || ctx.enter(|| runtime.block_on(threaded.list_tasks(4)).unwrap()));
        tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap();

        service.list_tasks(5).await.unwrap();
    });
    root.await;
    let call = "  \
  TaskService.list_tasks
    ResidenceRepository.ids_for_user
    TaskRepository.for_residences
";
    assert_eq!(telemetry.span_tree(), format!("POST /api/tasks/\n{}", call.repeat(5)));
}

/// The shape of `sqlx`'s and `diesel`'s transaction helpers: a closure that returns a boxed future.
async fn transaction<T>(
    work: impl for<'t> FnOnce(&'t mut u8) -> Pin<Box<dyn Future<Output = T> + Send + 't>>,
) -> T {
    let mut connection = 0;
    work(&mut connection).await
}

#[tokio::test]
async fn one_trace_through_a_transaction_closure() {
    let telemetry = TestTelemetry::new();
    let service = Arc::new(TaskService::default());
    let root = telemetry.root("POST /").run(async move {
        let ctx = Ctx::current();
        transaction(move |_| Box::pin(async move { service.list_tasks_ctx(ctx, 1).await.unwrap().len() }))
            .await
    });
    assert_eq!(root.await, 2);
    assert_eq!(
        telemetry.span_tree(),
        "\
POST /
  TaskService.list_tasks
    ResidenceRepository.ids_for_user
    TaskRepository.for_residences
"
    );
}

/// Not annotated, and between two layers that are.
async fn plain_code(service: &TaskService) -> usize {
    service.list_tasks(1).await.map_or(0, |tasks| tasks.len())
}

#[tokio::test]
async fn plain_calls_in_between_keep_the_trace() {
    let telemetry = TestTelemetry::new();
    let service = TaskService::default();
    telemetry.root("GET /").run(plain_code(&service)).await;
    assert_eq!(telemetry.span_tree().lines().count(), 4);
}

#[tokio::test]
async fn a_call_outside_any_context_makes_no_span_and_no_error() {
    let telemetry = TestTelemetry::new();
    assert_eq!(TaskService::default().list_tasks_ctx(Ctx::none(), 1).await, Ok(vec![10, 20]));
    assert_eq!(telemetry.span_tree(), "");
    assert!(Ctx::current().is_none());
}

#[tokio::test]
#[allow(clippy::async_yields_async, reason = "the root ends before what it spawned")]
async fn a_span_that_ends_after_its_root_still_arrives() {
    let telemetry = TestTelemetry::new();
    let service = Arc::new(TaskService::default());
    let (release, wait) = tokio::sync::oneshot::channel::<()>();
    let late = telemetry.root("POST /").run(async {
        let ctx = Ctx::current();
        tokio::spawn(async move {
            wait.await.unwrap();
            service.list_tasks_ctx(ctx, 1).await.unwrap();
        })
    });
    let late = late.await;
    assert_eq!(telemetry.span_tree(), "POST /\n");
    release.send(()).unwrap();
    late.await.unwrap();
    assert_eq!(
        telemetry.span_tree(),
        "\
POST /
  TaskService.list_tasks
    ResidenceRepository.ids_for_user
    TaskRepository.for_residences
"
    );
    assert!(telemetry.metrics_text().contains("dropped_total{reason=\"late\",exporter=\"all\"} 0\n"));
}

#[tokio::test]
async fn a_span_that_starts_after_its_trace_was_forgotten_is_counted() {
    let telemetry = TestTelemetry::new();
    let service = TaskService::default();
    let forgotten = telemetry.root("POST /").in_scope(|ctx| ctx);
    for _ in 0..5_000 {
        telemetry.root("GET /").in_scope(|_| {});
    }
    service.list_tasks_ctx(forgotten, 1).await.unwrap();
    assert_eq!(forgotten.trace_id(), None);
    assert!(
        telemetry.metrics_text().contains("dropped_total{reason=\"late\",exporter=\"all\"} 3\n"),
        "{}",
        telemetry.metrics_text()
    );
    assert_eq!(telemetry.methods().len(), 3, "the calls are measured all the same");
}

#[tokio::test]
async fn attributes_that_another_thread_sets_are_kept() {
    let telemetry = TestTelemetry::new();
    let inner = TestTelemetry::new();
    let root = telemetry.root("POST /").run(async {
        let ctx = Ctx::current();
        ctx.set("here", 1);
        ctx.set("here", 2);
        std::thread::spawn(move || ctx.set("there", 3)).join().unwrap();
        tokio::spawn(async { Ctx::current().set("task", 4) }.in_ctx(ctx)).await.unwrap();
        inner.root("inner").in_scope(|_| ctx.set("nested", 5));
    });
    root.await;
    assert_eq!(
        telemetry.span_tree_with(&["here", "there", "task", "nested"]),
        "POST / here=2 there=3 task=4 nested=5\n"
    );
}

#[tokio::test]
async fn attributes_of_a_span_that_ends_late_arrive_with_it() {
    let telemetry = TestTelemetry::new();
    let service = TaskService::default();
    let root = telemetry.root("POST /");
    let mut late = Box::pin(async {
        service.rename(7, Vec::new()).await;
    });
    let (release, held) = tokio::sync::oneshot::channel::<()>();
    let spawned = root.run(async {
        let ctx = Ctx::current();
        let spawned = tokio::spawn(
            async move {
                Ctx::current().set("before", 1);
                held.await.unwrap();
            }
            .in_ctx(ctx),
        );
        tokio::task::yield_now().await;
        late.as_mut().await;
        (spawned,)
    });
    let (spawned,) = spawned.await;
    release.send(()).unwrap();
    spawned.await.unwrap();
    assert_eq!(
        telemetry.span_tree_with(&["before", "user_id"]),
        "POST / before=1\n  TaskService.rename user_id=7\n"
    );
}

#[tokio::test]
async fn two_handles_in_one_process_do_not_mix() {
    let (first, second) = (TestTelemetry::new(), TestTelemetry::new());
    let service = TaskService::default();
    let inner = second.root("second");
    first
        .root("first")
        .run(async {
            inner.run(async { service.list_tasks(1).await }).await.unwrap();
            service.rename(1, Vec::new()).await;
        })
        .await;
    assert_eq!(first.span_tree(), "first\n  TaskService.rename\n");
    assert_eq!(second.span_tree().lines().count(), 4);
    assert_eq!(first.methods().len(), 1);
}
