use std::time::SystemTime;

use opentelemetry::trace::{Event, Link, SpanContext, SpanKind, Status, TraceFlags, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue, SpanId, TraceId};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::{BATCH_BYTES, BATCH_SPANS, FIXED_BYTES, bytes_of, next_of};

fn span(attributes: Vec<KeyValue>, events: Vec<Event>) -> SpanData {
    let mut of_span = SpanEvents::default();
    of_span.events = events;
    SpanData {
        span_context: SpanContext::empty_context(),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: "work".into(),
        start_time: SystemTime::UNIX_EPOCH,
        end_time: SystemTime::UNIX_EPOCH,
        attributes,
        dropped_attributes_count: 0,
        events: of_span,
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::default(),
    }
}

fn batches(spans: Vec<SpanData>) -> Vec<usize> {
    let mut spans = spans.into_iter().peekable();
    std::iter::from_fn(|| Some(next_of(&mut spans).len()).filter(|spans| *spans > 0)).collect()
}

#[test]
fn a_batch_stops_before_the_span_that_is_too_much() {
    let text = |bytes| vec![KeyValue::new("text", "x".repeat(bytes))];
    let attribute = |bytes| span(text(bytes), Vec::new());
    let event = |bytes| span(Vec::new(), vec![Event::new("said", SystemTime::UNIX_EPOCH, text(bytes), 0)]);
    assert_eq!(batches(vec![attribute(0); BATCH_SPANS + 1]), [BATCH_SPANS, 1]);
    for span in [&attribute as &dyn Fn(usize) -> SpanData, &event] {
        assert_eq!(batches(vec![span(1), span(BATCH_BYTES), span(1)]), [1, 1, 1]);
        assert_eq!(batches(vec![span(BATCH_BYTES / 3); 4]), [2, 2]);
    }
}

#[test]
fn trace_states_count() {
    let member = ("a", "x".repeat(250));
    let trace_state = TraceState::from_key_value([member]).unwrap();
    let (trace_id, span_id) = (TraceId::INVALID, SpanId::INVALID);
    let context = SpanContext::new(trace_id, span_id, TraceFlags::SAMPLED, true, trace_state);
    let own = SpanData { span_context: context.clone(), ..span(Vec::new(), Vec::new()) };
    let mut linked = span(Vec::new(), Vec::new());
    linked.links.links = vec![Link::with_context(context)];
    let [plain, own, linked] = [span(Vec::new(), Vec::new()), own, linked].map(|span| bytes_of(&span));
    assert_eq!((own - plain, linked - plain), (253, FIXED_BYTES + 253));
}
