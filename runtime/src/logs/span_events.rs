//! The layer that makes log events events of spans.

use std::sync::Arc;

use opentelemetry::KeyValue;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::line;
use super::said::Said;
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
            let event = Note::Event(Arc::new(record(&Said::by(event), at)));
            if let Some(note) = NoteRecord::new(ctx.span, event) {
                trace::note(ctx.key, note);
            }
        }
    }
}

/// What spanweave says itself: of a request its span tells the same, and the rest is not of the span it happens in.
pub(super) fn is_own(metadata: &Metadata<'_>) -> bool {
    let rest = metadata.target().strip_prefix("spanweave");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn record(said: &Said<'_>, at: Ticks) -> EventRecord {
    let (metadata, fields) = (said.metadata(), said.fields(MAX_TEXT));
    // One without a message is named by its place in the source.
    let name = fields.message.unwrap_or_else(|| metadata.name().to_owned());
    let mut attributes = Vec::with_capacity(2 + fields.values.len());
    attributes.push(KeyValue::new("level", line::level(metadata)));
    attributes.push(KeyValue::new("target", said.target()));
    attributes.extend(
        fields.values.into_iter().filter_map(|(key, value)| Some(KeyValue::new(key, value.attribute()?))),
    );
    EventRecord { at, name, attributes }
}
