//! What a receiver answers.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;

/// What has been written by then has left the process.
const FLUSHED: Duration = Duration::from_millis(100);

/// What an [`OtlpReceiver`](super::OtlpReceiver) answers a request.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// 200: all spans and log records are accepted.
    #[default]
    Accept,
    /// 200, but the last so many spans or log records of the request are rejected, as OTLP's partial success says it.
    RejectSome(usize),
    /// A status, without having accepted anything unless it is one of success.
    Status(StatusCode),
    /// A status with a `Retry-After` of so many seconds.
    RetryAfter(StatusCode, u64),
    /// 200 and the beginning of a body, and then the connection breaks: all is accepted.
    HalfResponse,
    /// The connection stays open, and nothing is ever said.
    Never,
    /// [`Accept`](Answer::Accept), after that time; whoever has hung up until then has sent nothing.
    After(Duration),
}

impl Answer {
    /// Takes its time.
    pub(super) async fn wait(&self) {
        match self {
            Answer::Never => std::future::pending().await,
            Answer::After(delay) => tokio::time::sleep(*delay).await,
            _ => {}
        }
    }

    /// Those of the spans, or log records, that are accepted.
    pub(super) fn accepted<T>(&self, mut sent: Vec<T>) -> Vec<T> {
        match self {
            Answer::RejectSome(rejected) => sent.truncate(sent.len().saturating_sub(*rejected)),
            Answer::Status(status) | Answer::RetryAfter(status, _) if !status.is_success() => sent.clear(),
            _ => {}
        }
        sent
    }

    pub(super) fn response(&self) -> Response {
        match self {
            Answer::RejectSome(rejected) => rejecting(*rejected),
            Answer::Status(status) => status.into_response(),
            Answer::RetryAfter(status, seconds) => {
                (*status, [(RETRY_AFTER, HeaderValue::from(*seconds))]).into_response()
            }
            Answer::HalfResponse => half(),
            Answer::Accept | Answer::Never | Answer::After(_) => StatusCode::OK.into_response(),
        }
    }
}

/// That of log records is written in the same bytes.
fn rejecting(rejected: usize) -> Response {
    let partial_success = ExportTracePartialSuccess {
        rejected_spans: i64::try_from(rejected).unwrap_or(i64::MAX),
        error_message: "rejected, as the test wants it".to_owned(),
    };
    let response = ExportTraceServiceResponse { partial_success: Some(partial_success) };
    ([(CONTENT_TYPE, "application/x-protobuf")], response.encode_to_vec()).into_response()
}

/// It promises more than it has, so that the connection has to be closed; but not before the beginning is on its way.
fn half() -> Response {
    let beginning = stream::once(async { Ok::<_, Infallible>(vec![0x0a]) });
    let end = stream::once(tokio::time::sleep(FLUSHED)).filter_map(async |()| None);
    ([(CONTENT_LENGTH, HeaderValue::from(100))], Body::from_stream(beginning.chain(end))).into_response()
}

pub(super) fn malformed() -> Response {
    (StatusCode::BAD_REQUEST, "expected an OTLP request for traces or logs, in protobuf").into_response()
}
