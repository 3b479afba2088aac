//! A thousand requests at once over four threads: every trace complete, no span in another's tree, exact counts.

use std::collections::HashMap;
use std::sync::Arc;

use opentelemetry::{SpanId, TraceId};
use opentelemetry_sdk::trace::SpanData;
use spanweave::Ctx;
use spanweave::testing::{TestTelemetry, span_tree};

use crate::app::TaskService;

const REQUESTS: i64 = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_requests_at_once() {
    let telemetry = TestTelemetry::new();
    let service = Arc::new(TaskService::default());
    let barrier = Arc::new(tokio::sync::Barrier::new(usize::try_from(REQUESTS).unwrap()));
    let requests: Vec<_> = (0..REQUESTS)
        .map(|request| {
            let (service, barrier) = (Arc::clone(&service), Arc::clone(&barrier));
            // Users 12 and 13 have the residence whose tasks cannot be read.
            let user = 100 + request;
            tokio::spawn(telemetry.root("GET /api/tasks/").run(async move {
                barrier.wait().await;
                let elsewhere = Arc::clone(&service);
                let ctx = Ctx::current();
                let spawned = tokio::spawn(async move { elsewhere.list_tasks_ctx(ctx, user).await });
                let (here, there) = tokio::join!(service.list_tasks(user), spawned);
                assert_eq!(here, there.unwrap());
            }))
        })
        .collect();
    for request in requests {
        request.await.unwrap();
    }

    let mut traces: HashMap<TraceId, Vec<SpanData>> = HashMap::new();
    for span in telemetry.spans() {
        traces.entry(span.span_context.trace_id()).or_default().push(span);
    }
    assert_eq!(traces.len(), 1_000);
    let call = "  \
  TaskService.list_tasks
    ResidenceRepository.ids_for_user
    TaskRepository.for_residences
";
    let expected = format!("GET /api/tasks/\n{}", call.repeat(2));
    for spans in traces.values() {
        assert_eq!(span_tree(spans, &[]), expected);
        assert_eq!(spans.iter().filter(|span| span.parent_span_id == SpanId::INVALID).count(), 1);
    }
    let counts: Vec<_> = telemetry.methods().iter().map(|method| (method.calls, method.errors)).collect();
    assert_eq!(counts, [(2_000, 0); 3]);
}
