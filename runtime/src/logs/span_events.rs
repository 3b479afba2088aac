//! The layer that makes log events events of spans.

use std::sync::Arc;

use opentelemetry::{KeyValue, Value};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::fields::Fields;
use super::line;
use crate::bounded::Reserved;
use crate::clock::Ticks;
use crate::ctx::Ctx;
use crate::record::{EventRecord, Note, NoteRecord};
use crate::trace;

/// What the message and the texts of the fields may take.
const MAX_TEXT: usize = 4 << 10;

/// Keeps every event that reaches it in the current span, if that is recorded.
pub(super) struct SpanEvents;

impl<S: Subscriber> Layer<S> for SpanEvents {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let (ctx, at) = (Ctx::current(), Ticks::now());
        if ctx.is_recording() && !is_own(event.metadata()) {
            let fields = Fields::collect(MAX_TEXT, |fields| event.record(fields));
            if let Some(event) = record(event.metadata(), fields, at) {
                trace::note(ctx.key, NoteRecord { span: ctx.span, note: Note::Event(Arc::new(event)) });
            }
        }
    }
}

/// What spanweave says itself: of a request its span tells the same, and the rest is not of the span it happens in.
pub(super) fn is_own(metadata: &Metadata<'_>) -> bool {
    let rest = metadata.target().strip_prefix("spanweave");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// `None` where there is no memory left for what is recorded.
fn record(metadata: &'static Metadata<'static>, fields: Fields, at: Ticks) -> Option<EventRecord> {
    // One without a message is named by its place in the source.
    let name = fields.message.unwrap_or_else(|| metadata.name().to_owned());
    let mut attributes = Vec::with_capacity(2 + fields.values.len());
    attributes.push(KeyValue::new("level", line::level(metadata)));
    attributes.push(KeyValue::new("target", metadata.target()));
    attributes.extend(
        fields.values.into_iter().filter_map(|(key, value)| Some(KeyValue::new(key, value.attribute()?))),
    );
    let texts: usize = attributes.iter().map(|attribute| text_length(&attribute.value)).sum();
    let bytes = size_of::<EventRecord>() + name.len() + attributes.len() * size_of::<KeyValue>() + texts;
    Some(EventRecord { at, name, attributes, memory: Reserved::new(bytes)? })
}

fn text_length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.as_str().len(),
        _ => 0,
    }
}
