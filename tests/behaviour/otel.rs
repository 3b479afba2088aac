//! OpenTelemetry's contexts: clients that others have instrumented join a trace, and a trace goes on under their spans.

use std::collections::HashMap;

use opentelemetry::baggage::BaggageExt;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{FutureExt, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue, StringValue};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, SpanData};
use spanweave::propagate::extract;
use spanweave::testing::{KeptSpans, TestTelemetry, span_tree};
use spanweave::{Ctx, repo};

/// A client that somebody has instrumented with OpenTelemetry's own tracer.
struct Client(SdkTracer);

impl Client {
    async fn send(&self) {
        tokio::task::yield_now().await;
        self.0.in_span("third party", |_| {});
    }
}

struct Storage(Client);

#[repo]
impl Storage {
    pub async fn put(&self) {
        self.0.send().with_context(Ctx::current().to_otel()).await;
    }
}

fn sdk() -> (SdkTracer, SdkTracerProvider, KeptSpans) {
    let kept = KeptSpans::new();
    let provider = SdkTracerProvider::builder().with_simple_exporter(kept.clone()).build();
    (provider.tracer("third party"), provider, kept)
}

/// The spans of both, as one tree.
fn tree(telemetry: &TestTelemetry, theirs: &KeptSpans) -> String {
    let spans: Vec<SpanData> = telemetry.spans().into_iter().chain(theirs.spans()).collect();
    let trace_id = spans[0].span_context.trace_id();
    assert!(spans.iter().all(|span| span.span_context.trace_id() == trace_id), "one trace");
    span_tree(&spans, &[])
}

#[tokio::test]
async fn a_client_of_others_joins_the_trace() {
    let telemetry = TestTelemetry::new();
    let (tracer, _provider, theirs) = sdk();
    let storage = Storage(Client(tracer));
    telemetry.root("POST /").run(storage.put()).await;
    assert_eq!(tree(&telemetry, &theirs), "POST /\n  Storage.put\n    third party\n");
    assert!(!theirs.spans()[0].parent_span_is_remote);
}

#[tokio::test]
async fn a_client_of_others_follows_what_was_decided() {
    let telemetry = TestTelemetry::new();
    let (tracer, _provider, theirs) = sdk();
    let storage = Storage(Client(tracer));
    let unsampled = HashMap::from([(
        "traceparent".to_owned(),
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00".to_owned(),
    )]);
    telemetry.root("POST /").under(extract(&unsampled)).run(storage.put()).await;
    assert!(theirs.spans().is_empty());
}

#[test]
fn a_root_goes_on_under_a_span_of_others() {
    let telemetry = TestTelemetry::new();
    let (tracer, _provider, theirs) = sdk();
    tracer.in_span("their request", |context| {
        let context = context.with_baggage([KeyValue::new("tenant", "7")]);
        telemetry.root("ours").under(&context).in_scope(|ctx| {
            assert_eq!(ctx.baggage("tenant").as_deref(), Some("7"));
        });
    });
    assert_eq!(tree(&telemetry, &theirs), "their request\n  ours\n");
    assert!(!telemetry.spans()[0].parent_span_is_remote);
}

#[test]
fn a_context_without_a_span_is_no_parent() {
    let telemetry = TestTelemetry::new();
    telemetry.root("ours").under(&Context::new()).in_scope(|_| {});
    assert_eq!(telemetry.span_tree(), "ours\n");
    assert!(!Ctx::none().to_otel().has_active_span());
}

#[test]
fn their_propagators_write_what_ours_read() {
    let telemetry = TestTelemetry::new();
    let sent = HashMap::from([
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("tracestate", "congo=t61rcWkgMzE"),
        ("baggage", "tenant=7;since=2019"),
    ]);
    let sent: HashMap<String, String> =
        sent.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    telemetry.root("job").under(extract(&sent)).in_scope(|ctx| {
        let (mut theirs, mut ours) = (HashMap::new(), HashMap::new());
        TraceContextPropagator::new().inject_context(&ctx.to_otel(), &mut theirs);
        BaggagePropagator::new().inject_context(&ctx.to_otel(), &mut theirs);
        ctx.inject(&mut ours);
        assert_eq!(theirs, ours);
        let read = TraceContextPropagator::new().extract(&ours);
        telemetry.root("next").under(&read).in_scope(|_| {});
    });
    assert_eq!(telemetry.span_tree(), "job\n  next\n");
}

#[test]
fn their_propagators_read_what_ours_write() {
    let telemetry = TestTelemetry::new();
    telemetry.root("job").in_scope(|ctx| {
        assert!(ctx.set_baggage("token", "a=b=="));
        let mut ours = HashMap::new();
        ctx.inject(&mut ours);
        let read = BaggagePropagator::new().extract(&ours);
        assert_eq!(read.baggage().get("token").map(StringValue::as_str), Some("a=b=="));
        assert_eq!(extract(&ours).baggage("token").as_deref(), Some("a=b=="));
    });
}
