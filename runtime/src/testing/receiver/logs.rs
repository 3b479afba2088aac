//! OTLP's log records, as a test asserts on them.

use opentelemetry::{KeyValue, SpanId, TraceId};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1 as proto;

use super::values::{attributes, span_id, trace_id, value};

/// A log record that an [`OtlpReceiver`](super::OtlpReceiver) has read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReceivedLogRecord {
    /// The level, as its sender calls it: `info`.
    pub severity: String,
    /// Who logged it: the name of the record's scope.
    pub target: String,
    /// The message, or what is in its place, as text.
    pub body: String,
    /// The fields.
    pub attributes: Vec<KeyValue>,
    /// The trace that it was logged in, if it was in one.
    pub trace_id: Option<TraceId>,
    /// The span that it was logged in, if it was in one.
    pub span_id: Option<SpanId>,
}

pub(super) fn of_request(request: ExportLogsServiceRequest) -> Vec<ReceivedLogRecord> {
    let scopes = request.resource_logs.into_iter().flat_map(|resource| resource.scope_logs);
    let of_scope = |of_scope: proto::ScopeLogs| {
        let target = of_scope.scope.unwrap_or_default().name;
        of_scope.log_records.into_iter().map(move |record| self::record(record, target.clone()))
    };
    scopes.flat_map(of_scope).collect()
}

fn record(record: proto::LogRecord, target: String) -> ReceivedLogRecord {
    let (trace_id, span_id) = (trace_id(&record.trace_id), span_id(&record.span_id));
    ReceivedLogRecord {
        severity: record.severity_text,
        target,
        body: record.body.and_then(value).map(|body| body.as_str().into_owned()).unwrap_or_default(),
        attributes: attributes(record.attributes),
        trace_id: (trace_id != TraceId::INVALID).then_some(trace_id),
        span_id: (span_id != SpanId::INVALID).then_some(span_id),
    }
}
