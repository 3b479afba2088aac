//! Every way a call can end, in the tree and in the metrics.

use std::time::Duration;

use spanweave::testing::TestTelemetry;

use crate::app::{AppError, TaskService};

#[tokio::test]
async fn a_call_through_two_layers_is_a_tree() {
    let telemetry = TestTelemetry::new();
    let listed = telemetry.root("GET /api/tasks/").run(TaskService::default().list_tasks(1)).await;
    assert_eq!(listed, Ok(vec![10, 20]));
    assert_eq!(
        telemetry.span_tree(),
        "\
GET /api/tasks/
  TaskService.list_tasks
    ResidenceRepository.ids_for_user
    TaskRepository.for_residences
"
    );
}

#[tokio::test]
async fn an_error_is_classified_once_and_shown_alike() {
    let telemetry = TestTelemetry::new();
    let failed = telemetry.root("GET /api/tasks/").run(TaskService::default().list_tasks(13)).await;
    assert_eq!(failed, Err(AppError::NotFound));
    assert_eq!(
        telemetry.span_tree(),
        "\
GET /api/tasks/
  TaskService.list_tasks [error: AppError]
    ResidenceRepository.ids_for_user
    TaskRepository.for_residences [error: AppError]
"
    );
    assert_eq!(
        telemetry.metrics_text(),
        r#"# HELP method_duration_seconds Time from a method's first poll to its end, whatever the outcome.
# TYPE method_duration_seconds histogram
# UNIT method_duration_seconds seconds
method_duration_seconds_count{kind="repo",type="ResidenceRepository",method="ids_for_user"} 1
method_duration_seconds_count{kind="repo",type="TaskRepository",method="for_residences"} 1
method_duration_seconds_count{kind="service",type="TaskService",method="list_tasks"} 1
# HELP method_calls Calls that have ended, by outcome.
# TYPE method_calls counter
method_calls_total{kind="repo",type="ResidenceRepository",method="ids_for_user",outcome="ok"} 1
method_calls_total{kind="repo",type="ResidenceRepository",method="ids_for_user",outcome="error"} 0
method_calls_total{kind="repo",type="ResidenceRepository",method="ids_for_user",outcome="cancelled"} 0
method_calls_total{kind="repo",type="ResidenceRepository",method="ids_for_user",outcome="panicked"} 0
method_calls_total{kind="repo",type="TaskRepository",method="for_residences",outcome="ok"} 0
method_calls_total{kind="repo",type="TaskRepository",method="for_residences",outcome="error"} 1
method_calls_total{kind="repo",type="TaskRepository",method="for_residences",outcome="cancelled"} 0
method_calls_total{kind="repo",type="TaskRepository",method="for_residences",outcome="panicked"} 0
method_calls_total{kind="service",type="TaskService",method="list_tasks",outcome="ok"} 0
method_calls_total{kind="service",type="TaskService",method="list_tasks",outcome="error"} 1
method_calls_total{kind="service",type="TaskService",method="list_tasks",outcome="cancelled"} 0
method_calls_total{kind="service",type="TaskService",method="list_tasks",outcome="panicked"} 0
# HELP method_errors Calls that returned an error, by class.
# TYPE method_errors counter
method_errors_total{kind="repo",type="TaskRepository",method="for_residences",class="AppError"} 1
method_errors_total{kind="service",type="TaskService",method="list_tasks",class="AppError"} 1
# HELP spanweave_traces Traces whose root has ended, by what became of them and why.
# TYPE spanweave_traces counter
spanweave_traces_total{decision="kept",reason="always"} 1
spanweave_traces_total{decision="kept",reason="ratio"} 0
spanweave_traces_total{decision="kept",reason="parent"} 0
spanweave_traces_total{decision="kept",reason="panic"} 0
spanweave_traces_total{decision="kept",reason="error"} 0
spanweave_traces_total{decision="kept",reason="cancellation"} 0
spanweave_traces_total{decision="kept",reason="slow"} 0
spanweave_traces_total{decision="left_out",reason="ratio"} 0
spanweave_traces_total{decision="left_out",reason="parent"} 0
spanweave_traces_total{decision="left_out",reason="rate"} 0
spanweave_traces_total{decision="left_out",reason="cap"} 0
# HELP spanweave_spans_exported Spans that an exporter has taken.
# TYPE spanweave_spans_exported counter
spanweave_spans_exported_total{exporter="KeptSpans"} 4
# HELP spanweave_spans_dropped Spans that were lost, by reason, and for which exporter.
# TYPE spanweave_spans_dropped counter
spanweave_spans_dropped_total{reason="late",exporter="all"} 0
spanweave_spans_dropped_total{reason="trace_too_long",exporter="all"} 0
spanweave_spans_dropped_total{reason="too_many_traces",exporter="all"} 0
spanweave_spans_dropped_total{reason="queue_full",exporter="all"} 0
spanweave_spans_dropped_total{reason="shut_down",exporter="all"} 0
spanweave_spans_dropped_total{reason="queue_full",exporter="KeptSpans"} 0
spanweave_spans_dropped_total{reason="refused",exporter="KeptSpans"} 0
spanweave_spans_dropped_total{reason="unanswered",exporter="KeptSpans"} 0
spanweave_spans_dropped_total{reason="rejected",exporter="KeptSpans"} 0
spanweave_spans_dropped_total{reason="shut_down",exporter="KeptSpans"} 0
# EOF
"#
    );
}

#[tokio::test]
async fn a_dropped_call_is_cancelled() {
    let telemetry = TestTelemetry::new();
    let service = TaskService::default();
    let root = telemetry.root("GET /api/tasks/export").run(async {
        tokio::time::timeout(Duration::from_millis(5), service.slowly()).await.unwrap_err();
    });
    root.await;
    assert_eq!(
        telemetry.span_tree(),
        "\
GET /api/tasks/export
  TaskService.slowly [cancelled]
    TaskRepository.slowly [cancelled]
"
    );
    let slowly = telemetry.methods().into_iter().find(|method| method.type_name == "TaskService").unwrap();
    assert_eq!((slowly.calls, slowly.errors, slowly.cancelled, slowly.panicked), (1, 0, 1, 0));
}

#[tokio::test]
async fn a_panic_blames_the_calls_it_went_through_and_no_bystander() {
    let telemetry = TestTelemetry::new();
    let service = TaskService::default();
    let root = telemetry.root("POST /api/tasks/").run(async move {
        tokio::join!(service.slowly(), service.broken());
    });
    assert!(tokio::spawn(root).await.unwrap_err().is_panic());
    assert_eq!(
        telemetry.span_tree(),
        "\
POST /api/tasks/ [panicked]
  TaskService.slowly [cancelled]
    TaskRepository.slowly [cancelled]
  TaskService.broken [panicked]
    TaskRepository.broken [panicked]
"
    );
}

#[tokio::test]
async fn a_call_that_is_never_polled_leaves_no_trace() {
    let telemetry = TestTelemetry::new();
    let service = TaskService::default();
    telemetry.root("GET /").run(async { drop(service.list_tasks(1)) }).await;
    assert_eq!(telemetry.span_tree(), "GET /\n");
    assert!(telemetry.methods().is_empty());
}

#[tokio::test]
async fn fields_and_names_are_what_was_asked_for_and_nothing_else() {
    let telemetry = TestTelemetry::new();
    let service = TaskService::default();
    let names = vec!["secret".to_owned(); 3];
    telemetry
        .root("PUT /")
        .run(async {
            service.rename(7, names).await;
            service.export().await;
        })
        .await;
    assert_eq!(
        telemetry.span_tree_with(&["user_id", "rows"]),
        "\
PUT /
  TaskService.rename user_id=7 rows=3
  tasks.export
    TaskRepository.for_residences
"
    );
    assert!(!format!("{:?}", telemetry.spans()).contains("secret"));
    let exported = telemetry.methods().into_iter().any(|method| method.method == "export");
    assert!(exported, "the metrics keep the method's own name");
}

#[tokio::test]
async fn a_span_says_where_its_method_is() {
    let telemetry = TestTelemetry::new();
    telemetry.root("PUT /").run(TaskService::default().rename(7, Vec::new())).await;
    let spans = telemetry.spans();
    let rename = spans.iter().find(|span| span.name == "TaskService.rename").unwrap();
    let attribute = |key: &str| {
        rename.attributes.iter().find(|attribute| attribute.key.as_str() == key).unwrap().value.to_string()
    };
    assert_eq!(attribute("code.function.name"), "behaviour::app::TaskService::rename");
    assert!(attribute("code.file.path").ends_with("behaviour/app.rs"));
    let line =
        include_str!("app.rs").lines().position(|line| line.contains("pub async fn rename")).unwrap() + 1;
    assert_eq!(attribute("code.line.number"), line.to_string());
}

#[tokio::test]
async fn a_panic_that_is_caught_ends_its_call_there() {
    let telemetry = TestTelemetry::new();
    let service = TaskService::default();
    let root = telemetry.root("GET /").run(async {
        let mut broken = std::pin::pin!(service.broken());
        let caught = std::future::poll_fn(|cx| {
            let poll = std::panic::AssertUnwindSafe(|| broken.as_mut().poll(cx));
            match std::panic::catch_unwind(poll) {
                Ok(std::task::Poll::Pending) => std::task::Poll::Pending,
                Ok(std::task::Poll::Ready(_)) => std::task::Poll::Ready(false),
                Err(_) => std::task::Poll::Ready(true),
            }
        });
        assert!(caught.await);
        service.rename(1, Vec::new()).await;
    });
    root.await;
    let tree = "\
GET /
  TaskService.broken [panicked]
    TaskRepository.broken [panicked]
  TaskService.rename
";
    assert_eq!(telemetry.span_tree(), tree);
}

#[tokio::test]
async fn a_root_that_returns_an_error_says_so_when_asked() {
    let telemetry = TestTelemetry::new();
    let fails = async || Err::<(), _>(AppError::NotFound);
    telemetry.root("tried").try_run(fails()).await.unwrap_err();
    telemetry.root("run").run(fails()).await.unwrap_err();
    assert_eq!(telemetry.span_tree(), "tried [error: AppError]\nrun\n");
}

#[tokio::test]
async fn a_skipped_method_has_a_twin_that_passes_the_context_on() {
    let telemetry = TestTelemetry::new();
    let service = TaskService::default();
    let ctx = telemetry.root("GET /").in_scope(|ctx| ctx);
    service.unmigrated_ctx(ctx).await;
    assert_eq!(telemetry.span_tree(), "GET /\n  TaskRepository.for_residences\n");
}

#[test]
fn a_call_that_is_polled_again_after_its_end_is_one_call() {
    static METHOD: spanweave::Method =
        spanweave::Method::new(spanweave::MethodKind::Service, "TaskService", "again", module_path!());
    let telemetry = TestTelemetry::new();
    telemetry.root("request").in_scope(|ctx| {
        let body = std::future::poll_fn(|_| std::task::Poll::Ready(()));
        let mut call = std::pin::pin!(METHOD.call(ctx).run(spanweave::AnyReturn, body));
        for _ in 0..3 {
            assert!(
                call.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready()
            );
        }
    });
    assert_eq!(telemetry.span_tree(), "request\n  TaskService.again\n");
    assert!(telemetry.metrics_text().contains(r#"method="again",outcome="ok"} 1"#));
}
