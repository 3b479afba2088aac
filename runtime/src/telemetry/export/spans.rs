//! Records turned into OpenTelemetry's spans.

use std::borrow::Cow;

use opentelemetry::trace::{Event, Link, SpanContext, Status, TraceFlags, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue, SpanId, TraceId, Value};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use opentelemetry_semantic_conventions::attribute::{DB_QUERY_TEXT, ERROR_TYPE};

use super::chunk::{Chunk, Head, Said};
use super::limits;
use crate::clock::Anchor;
use crate::core::Core;
use crate::outbox::TraceEnd;
use crate::outcome::Outcome;
use crate::record::{EventRecord, LinkRecord, Note, Source, SpanRecord};
use crate::repeated::Repeated;
use crate::sql::Statement;
use crate::telemetry::{KeptFor, SpanLimits};

/// The spans of a chunk, one after the other, trace by trace.
pub(super) struct Spans<'s> {
    core: &'static Core,
    scope: &'s InstrumentationScope,
    chunk: Chunk,
    /// The trace of the next span.
    trace: usize,
    /// What all of its spans have.
    trace_state: TraceState,
    /// The next span.
    next: usize,
}

impl<'s> Spans<'s> {
    pub(super) fn of(core: &'static Core, scope: &'s InstrumentationScope, mut chunk: Chunk) -> Spans<'s> {
        for Head { notes, .. } in &chunk.traces {
            // By span; those of one span stay in the order in which they were set. They may have been set from another
            // thread than the one their span ended on.
            chunk.notes[notes.clone()].sort_by_key(|note| note.span);
        }
        Spans { core, scope, chunk, trace: 0, trace_state: TraceState::NONE, next: 0 }
    }

    fn span(
        &self,
        trace_id: u128,
        record: &SpanRecord,
        mut attributes: Vec<KeyValue>,
        events: SpanEvents,
        source: Source,
    ) -> SpanData {
        let dropped_attributes_count = limits::apply(&self.core.rules.limits, &mut attributes);
        let mut links = SpanLinks::default();
        links.links = source.links.into_iter().map(link).collect();
        links.dropped_count = source.lost_links;
        SpanData {
            span_context: SpanContext::new(
                TraceId::from_bytes(trace_id.to_be_bytes()),
                span_id(record.id),
                TraceFlags::SAMPLED,
                false,
                self.trace_state.clone(),
            ),
            parent_span_id: span_id(record.parent),
            parent_span_is_remote: record.parent != 0 && source.is_remote,
            span_kind: record.site.description.span_kind(),
            name: Cow::Borrowed(record.site.span_name()),
            start_time: self.chunk.anchor.wall(record.start),
            // The counters of two processors may differ, and a span does not end before it starts.
            end_time: self.chunk.anchor.wall(record.end.max(record.start)),
            attributes,
            dropped_attributes_count,
            events,
            links,
            status: status(record.outcome),
            instrumentation_scope: self.scope.clone(),
        }
    }
}

impl Iterator for Spans<'_> {
    type Item = SpanData;

    fn next(&mut self) -> Option<SpanData> {
        while self.chunk.traces.get(self.trace)?.spans.end <= self.next {
            self.trace += 1;
        }
        let Head { trace_id, end, spans, notes } = self.chunk.traces[self.trace].clone();
        let record = self.chunk.spans[self.next];
        // The root comes first.
        let is_first = self.next == spans.start;
        if is_first {
            self.trace_state = trace_state_of(&self.chunk.notes[notes.clone()]);
        }
        let end = end.filter(|_| is_first);
        let said = notes_of(&record, &mut self.chunk.notes[notes]);
        let source = source_of(said, end.is_some());
        let of_trace = end.map(|end| trace_attributes(self.core, end, &self.chunk.spans[spans]));
        let mut own: Vec<_> = of_trace.into_iter().flatten().collect();
        add_attributes_of(self.core, &record, said, &mut own);
        let events = events_of(&self.core.rules.limits, &self.chunk.anchor, said);
        self.next += 1;
        Some(self.span(trace_id, &record, own, events, source))
    }
}

/// What was said of a span, among what is sorted by span.
fn notes_of<'n>(record: &SpanRecord, notes: &'n mut [Said]) -> &'n mut [Said] {
    let start = notes.partition_point(|note| note.span < record.id);
    let end = notes.partition_point(|note| note.span <= record.id);
    &mut notes[start..end]
}

/// What came with the trace, and all its spans pass on.
fn trace_state_of(said: &[Said]) -> TraceState {
    let source = said.iter().find_map(|said| match &said.note {
        Note::Source(source) => Some(source),
        Note::Attribute { .. } | Note::Event(_) => None,
    });
    source.map(|source| source.trace_state.to_otel()).unwrap_or_default()
}

fn link(LinkRecord { to, is_remote, trace_state }: LinkRecord) -> Link {
    Link::with_context(to.span_context(is_remote, trace_state.to_otel()))
}

/// Where a span comes from. A root of which nothing is said has its parent, if any, from another process.
fn source_of(said: &mut [Said], is_root: bool) -> Source {
    let source = said.iter_mut().find_map(|said| match &mut said.note {
        Note::Source(source) => Some(std::mem::take(&mut **source)),
        Note::Attribute { .. } | Note::Event(_) => None,
    });
    source.unwrap_or_else(|| Source { is_remote: is_root, ..Source::default() })
}

/// All of a span's attributes: those that its site and its outcome give it, and those that were `set`.
fn add_attributes_of(
    core: &'static Core,
    record: &SpanRecord,
    set: &mut [Said],
    attributes: &mut Vec<KeyValue>,
) {
    let of_site = record.site.attributes();
    attributes.reserve(3 + of_site.len() + set.len());
    attributes.push(KeyValue::new("outcome", record.outcome.label()));
    attributes.extend_from_slice(of_site);
    if let Some(statement) = record.site.description.statement() {
        attributes.extend(attributes_of_statement(core, statement));
    }
    match record.outcome {
        Outcome::Error(class) => attributes.push(KeyValue::new(ERROR_TYPE, class)),
        Outcome::Panicked => attributes.push(KeyValue::new(ERROR_TYPE, "panic")),
        Outcome::Ok | Outcome::Cancelled => {}
    }
    if let Some(result) = record.site.description.result(record.outcome) {
        attributes.push(KeyValue::new("result", result));
    }
    for own in set {
        let Note::Attribute { key, value } = &mut own.note else { continue };
        let value = std::mem::replace(value, Value::Bool(false));
        // Set twice, the last one holds.
        match attributes.iter_mut().find(|attribute| attribute.key.as_str() == *key) {
            Some(earlier) => earlier.value = value,
            None => attributes.push(KeyValue::new(*key, value)),
        }
    }
}

/// The first events of a span, in the order of their time, and how many more there were.
fn events_of(limits: &SpanLimits, anchor: &Anchor, said: &[Said]) -> SpanEvents {
    let mut events: Vec<&EventRecord> = said
        .iter()
        .filter_map(|said| match &said.note {
            Note::Event(event) => Some(&**event),
            Note::Attribute { .. } | Note::Source(_) => None,
        })
        .collect();
    // They may come from several threads.
    events.sort_by_key(|event| event.at);
    let most = usize::try_from(limits.events.value).unwrap_or(usize::MAX);
    let mut shown = SpanEvents::default();
    shown.dropped_count = u32::try_from(events.len().saturating_sub(most)).unwrap_or(u32::MAX);
    let show = |event: &EventRecord| {
        let mut attributes = event.attributes.clone();
        limits::shorten_all(limits, &mut attributes);
        Event::new(event.name.clone(), anchor.wall(event.at), attributes, 0)
    };
    shown.events = events.into_iter().take(most).map(show).collect();
    shown
}

/// What a handle's statements have, each in its own way.
fn attributes_of_statement(
    core: &'static Core,
    statement: &'static Statement,
) -> impl Iterator<Item = KeyValue> {
    let text = statement.shown_text(core.rules.sql.text).map(|text| KeyValue::new(DB_QUERY_TEXT, text));
    #[cfg(feature = "_sqlx")]
    let server = core.pools.server_of(statement.system());
    #[cfg(not(feature = "_sqlx"))]
    let server = None;
    text.into_iter().chain(server)
}

/// On the root: why its trace is kept, how many of its kind are, and what it has lost.
fn trace_attributes(
    core: &Core,
    end: TraceEnd,
    spans: &[SpanRecord],
) -> impl Iterator<Item = KeyValue> + use<> {
    let kept_for = KeyValue::new("spanweave.kept_for", end.kept_for.label());
    let rate = keep_rate(core, end, spans).map(|rate| KeyValue::new("spanweave.keep_rate", rate));
    let lost = (end.lost > 0).then(|| i64::from(end.lost));
    let repeated = end.repeated.map(|Repeated { statement, times }| {
        let statement = KeyValue::new("spanweave.repeated_statement", statement.summary());
        [statement, KeyValue::new("spanweave.repeated_times", i64::from(times))]
    });
    let lost = lost.map(|lost| KeyValue::new("spanweave.lost_spans", lost));
    [kept_for].into_iter().chain(rate).chain(lost).chain(repeated.into_iter().flatten())
}

/// The part of the traces like this one that is kept: by sampling or by a rule, whichever keeps more, as both go by the
/// same ids. At what rate a parent samples is not known here: of what it has sampled, only a rule that keeps all tells the
/// rate.
fn keep_rate(core: &Core, end: TraceEnd, spans: &[SpanRecord]) -> Option<f64> {
    let root = spans.first()?;
    let by_rules = core.rules.keeping.rate(spans, end);
    let least = if end.kept_for == KeptFor::Parent { 1.0 } else { f64::MIN_POSITIVE };
    let by_rules = (by_rules >= least).then_some(by_rules);
    let sampled = core.rules.sampler.rate(root.site, root.parent != 0);
    sampled.into_iter().chain(by_rules).reduce(f64::max)
}

fn span_id(id: u64) -> SpanId {
    SpanId::from_bytes(id.to_be_bytes())
}

/// By the conventions: success and a deliberate cancellation leave the status unset.
fn status(outcome: Outcome) -> Status {
    match outcome {
        Outcome::Ok | Outcome::Cancelled => Status::Unset,
        Outcome::Error(_) => Status::error(""),
        Outcome::Panicked => Status::error("panicked"),
    }
}
