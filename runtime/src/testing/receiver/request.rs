//! What a receiver reads of a request.

use std::io::Read;
use std::time::Instant;

use flate2::read::GzDecoder;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, Uri};
use opentelemetry::KeyValue;
#[cfg(feature = "otlp-logs")]
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_sdk::trace::SpanData;
use prost::Message;

#[cfg(feature = "otlp-logs")]
use super::logs::{self, ReceivedLogRecord};
use super::values::attributes;
use super::{MAX_BODY, spans};

/// A request that an [`OtlpReceiver`](super::OtlpReceiver) has read, whatever it answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// When it was read.
    pub received_at: Instant,
    /// The path that it was sent to, and the query.
    pub uri: Uri,
    /// The headers as they came.
    pub headers: HeaderMap,
    /// Attributes of the resource that sent it, `service.name` among them.
    pub resource: Vec<KeyValue>,
    /// The spans in it.
    pub spans: Vec<SpanData>,
    /// The log records in it.
    #[cfg(feature = "otlp-logs")]
    pub log_records: Vec<ReceivedLogRecord>,
}

impl ReceivedRequest {
    /// `None` for what is not OTLP.
    pub(super) fn read(uri: Uri, headers: HeaderMap, body: &[u8]) -> Option<ReceivedRequest> {
        let body = decompressed(&headers, body)?;
        let mut request = ReceivedRequest {
            received_at: Instant::now(),
            uri,
            headers,
            resource: Vec::new(),
            spans: Vec::new(),
            #[cfg(feature = "otlp-logs")]
            log_records: Vec::new(),
        };
        #[cfg(feature = "otlp-logs")]
        if request.uri.path().ends_with("/v1/logs") {
            request.take_log_records(ExportLogsServiceRequest::decode(&*body).ok()?);
            return Some(request);
        }
        request.take_spans(ExportTraceServiceRequest::decode(&*body).ok()?);
        Some(request)
    }

    fn take_spans(&mut self, request: ExportTraceServiceRequest) {
        self.resource = resource_of(request.resource_spans.first().and_then(|spans| spans.resource.as_ref()));
        self.spans = spans::of_request(request);
    }

    #[cfg(feature = "otlp-logs")]
    fn take_log_records(&mut self, request: ExportLogsServiceRequest) {
        self.resource = resource_of(request.resource_logs.first().and_then(|logs| logs.resource.as_ref()));
        self.log_records = logs::of_request(request);
    }
}

/// Of the first in a request: an exporter has one.
fn resource_of(resource: Option<&Resource>) -> Vec<KeyValue> {
    resource.map(|resource| attributes(resource.attributes.clone())).unwrap_or_default()
}

fn decompressed(headers: &HeaderMap, body: &[u8]) -> Option<Vec<u8>> {
    match headers.get(CONTENT_ENCODING) {
        None => Some(body.to_vec()),
        Some(encoding) if encoding == "gzip" => {
            let mut unzipped = Vec::new();
            GzDecoder::new(body).take(MAX_BODY as u64).read_to_end(&mut unzipped).ok()?;
            Some(unzipped)
        }
        Some(_) => None,
    }
}
