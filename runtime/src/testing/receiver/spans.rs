//! OTLP's spans turned back into those of the SDK, which the rest of the testing kit reads.

use std::time::{Duration, SystemTime};

use opentelemetry::InstrumentationScope;
use opentelemetry::trace::{Event, Link, SpanContext, SpanKind, Status, TraceFlags, TraceState};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1 as common;
use opentelemetry_proto::tonic::trace::v1::{self as proto, span, status};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::values::{self, attributes, span_id};

pub(super) fn of_request(request: ExportTraceServiceRequest) -> Vec<SpanData> {
    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    let of_scope = |of_scope: proto::ScopeSpans| {
        let scope = scope(of_scope.scope.unwrap_or_default());
        of_scope.spans.into_iter().map(move |span| self::span(span, scope.clone()))
    };
    scopes.flat_map(of_scope).collect()
}

fn scope(scope: common::InstrumentationScope) -> InstrumentationScope {
    InstrumentationScope::builder(scope.name).with_version(scope.version).build()
}

fn span(span: proto::Span, scope: InstrumentationScope) -> SpanData {
    let flags = span.flags;
    let mut events = SpanEvents::default();
    events.events = span.events.into_iter().map(event).collect();
    events.dropped_count = span.dropped_events_count;
    let mut links = SpanLinks::default();
    links.links = span.links.into_iter().map(link).collect();
    links.dropped_count = span.dropped_links_count;
    SpanData {
        span_context: context(&span.trace_id, &span.span_id, flags, &span.trace_state),
        parent_span_id: span_id(&span.parent_span_id),
        parent_span_is_remote: flags & proto::SpanFlags::ContextIsRemoteMask as u32 != 0,
        span_kind: kind(span.kind),
        name: span.name.into(),
        start_time: time(span.start_time_unix_nano),
        end_time: time(span.end_time_unix_nano),
        attributes: attributes(span.attributes),
        dropped_attributes_count: span.dropped_attributes_count,
        events,
        links,
        status: status(span.status.unwrap_or_default()),
        instrumentation_scope: scope,
    }
}

fn context(trace_id: &[u8], id: &[u8], flags: u32, state: &str) -> SpanContext {
    let flags = TraceFlags::new(flags.to_le_bytes()[0]);
    let (trace_id, id) = (values::trace_id(trace_id), span_id(id));
    SpanContext::new(trace_id, id, flags, false, state.parse().unwrap_or(TraceState::NONE))
}

fn kind(kind: i32) -> SpanKind {
    match span::SpanKind::try_from(kind) {
        Ok(span::SpanKind::Server) => SpanKind::Server,
        Ok(span::SpanKind::Client) => SpanKind::Client,
        Ok(span::SpanKind::Producer) => SpanKind::Producer,
        Ok(span::SpanKind::Consumer) => SpanKind::Consumer,
        Ok(span::SpanKind::Internal | span::SpanKind::Unspecified) | Err(_) => SpanKind::Internal,
    }
}

fn time(nanos: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos)
}

fn status(status: proto::Status) -> Status {
    match status.code() {
        status::StatusCode::Unset => Status::Unset,
        status::StatusCode::Ok => Status::Ok,
        status::StatusCode::Error => Status::error(status.message),
    }
}

fn event(event: span::Event) -> Event {
    let time = time(event.time_unix_nano);
    Event::new(event.name, time, attributes(event.attributes), event.dropped_attributes_count)
}

fn link(link: span::Link) -> Link {
    let context = context(&link.trace_id, &link.span_id, link.flags, &link.trace_state);
    Link::new(context, attributes(link.attributes), link.dropped_attributes_count)
}
