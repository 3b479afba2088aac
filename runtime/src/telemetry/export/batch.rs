//! How many spans are exported together.

use std::iter::Peekable;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Event, Link, TraceState};
use opentelemetry_sdk::trace::SpanData;

use super::BATCH_SPANS;
use crate::record::text_bytes;

/// What a batch may take, about: collectors refuse requests of more than a few megabytes.
const BATCH_BYTES: usize = 1 << 20;
/// What the ids, times and numbers take of a span, of an event or a link.
const FIXED_BYTES: usize = 64;

/// The next spans that are exported together; none, where there are none.
pub(super) fn next_of(spans: &mut Peekable<impl Iterator<Item = SpanData>>) -> Vec<SpanData> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while batch.len() < BATCH_SPANS
        && let Some(next) = spans.peek().map(bytes_of)
        && (batch.is_empty() || bytes + next <= BATCH_BYTES)
    {
        bytes += next;
        batch.extend(spans.next());
    }
    batch
}

/// What a span takes in a request, about.
fn bytes_of(span: &SpanData) -> usize {
    let event = |event: &Event| FIXED_BYTES + event.name.len() + bytes_of_attributes(&event.attributes);
    let link = |link: &Link| {
        FIXED_BYTES + bytes_of_state(link.span_context.trace_state()) + bytes_of_attributes(&link.attributes)
    };
    FIXED_BYTES
        + bytes_of_state(span.span_context.trace_state())
        + span.name.len()
        + bytes_of_attributes(&span.attributes)
        + span.events.iter().map(event).sum::<usize>()
        + span.links.iter().map(link).sum::<usize>()
}

fn bytes_of_attributes(attributes: &[KeyValue]) -> usize {
    let bytes = |attribute: &KeyValue| attribute.key.as_str().len() + text_bytes(&attribute.value);
    attributes.iter().map(bytes).sum()
}

/// The length of the list, about.
fn bytes_of_state(trace_state: &TraceState) -> usize {
    trace_state.into_iter().map(|(key, value)| key.len() + value.len() + 2).sum()
}

#[cfg(test)]
mod tests;
