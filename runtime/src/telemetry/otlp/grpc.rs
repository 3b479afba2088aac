//! OTLP over gRPC.

use std::error::Error;
use std::time::Duration;

use http::HeaderMap;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Extensions, Request, Status};
use tonic_types::StatusExt;

use super::answers::{Reply, taken};
use super::exporter::{Transport, USER_AGENT};
use super::http::chain;
use super::limit::Limit;
use crate::telemetry::export::Answer;

pub(super) struct Grpc {
    client: TraceServiceClient<Channel>,
}

impl Grpc {
    /// To be called within the runtime that is to send. It connects when there is something to send.
    pub(super) fn new(url: &str, timeout: Duration, gzip: bool) -> Result<Grpc, String> {
        let endpoint = Endpoint::from_shared(url.to_owned())
            .and_then(|endpoint| endpoint.user_agent(USER_AGENT))
            .map_err(|error| chain(&error))?;
        #[cfg(feature = "tls")]
        let endpoint = with_tls(endpoint).map_err(|error| chain(&error))?;
        let client = TraceServiceClient::new(endpoint.connect_timeout(timeout).connect_lazy());
        Ok(Grpc { client: if gzip { with_gzip(client) } else { client } })
    }
}

/// The system's roots, where the URL asks for TLS.
#[cfg(feature = "tls")]
fn with_tls(endpoint: Endpoint) -> Result<Endpoint, tonic::transport::Error> {
    if endpoint.uri().scheme_str() != Some("https") {
        return Ok(endpoint);
    }
    endpoint.tls_config(tonic::transport::ClientTlsConfig::new().with_native_roots())
}

#[cfg(feature = "gzip")]
fn with_gzip(client: TraceServiceClient<Channel>) -> TraceServiceClient<Channel> {
    client.send_compressed(tonic::codec::CompressionEncoding::Gzip)
}

#[cfg(not(feature = "gzip"))]
fn with_gzip(client: TraceServiceClient<Channel>) -> TraceServiceClient<Channel> {
    client
}

impl Transport for Grpc {
    type Load = ExportTraceServiceRequest;

    fn load(&self, request: ExportTraceServiceRequest) -> ExportTraceServiceRequest {
        request
    }

    async fn send(&self, load: &ExportTraceServiceRequest, headers: HeaderMap, limit: &Limit<'_>) -> Reply {
        let metadata = MetadataMap::from_headers(headers);
        let request = Request::from_parts(metadata, Extensions::default(), load.clone());
        let mut client = self.client.clone();
        match limit.run(client.export(request)).await {
            Ok(Ok(response)) => taken(response.get_ref()),
            Ok(Err(status)) => of_status(&status),
            Err(why) => Reply::Final(Answer::Retry { after: None, why }),
        }
    }
}

/// What a collector's status says, by the specification of OTLP. What is exhausted comes back only where it says when.
/// A status with a cause behind it is no collector's: the connection was lost, whatever code that is given.
fn of_status(status: &Status) -> Reply {
    if status.source().is_some() {
        return Reply::Final(Answer::Retry { after: None, why: chain(status) });
    }
    let why = format!("the collector answered with gRPC status {:?}", status.code());
    let after = status.get_details_retry_info().and_then(|info| info.retry_delay);
    match status.code() {
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => Reply::Final(Answer::Retry { after, why }),
        Code::ResourceExhausted if after.is_some() => Reply::Final(Answer::Retry { after, why }),
        Code::Unauthenticated => Reply::Unauthorized { why },
        _ => Reply::Final(Answer::Refused { why }),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tonic::{Code, Status};
    use tonic_types::{ErrorDetails, StatusExt};

    use super::of_status;
    use crate::telemetry::export::Answer;
    use crate::telemetry::otlp::answers::Reply;

    /// Whether, and after what, it is tried again.
    fn tried_again(status: &Status) -> (bool, Option<Duration>) {
        match of_status(status) {
            Reply::Final(Answer::Retry { after, .. }) => (true, after),
            _ => (false, None),
        }
    }

    #[test]
    fn only_what_the_specification_lists_is_tried_again() {
        let tried: Vec<i32> =
            (0..17).filter(|code| tried_again(&Status::new(Code::from_i32(*code), "")).0).collect();
        let listed = [
            Code::Cancelled,
            Code::DeadlineExceeded,
            Code::Aborted,
            Code::OutOfRange,
            Code::Unavailable,
            Code::DataLoss,
        ];
        assert_eq!(tried, listed.map(|code| code as i32));
    }

    #[test]
    fn what_is_exhausted_is_tried_again_when_it_says_so() {
        let delay = Duration::from_secs(7);
        let details = ErrorDetails::with_retry_info(Some(delay));
        let status = Status::with_error_details(Code::ResourceExhausted, "", details);
        assert_eq!(tried_again(&status), (true, Some(delay)));
    }
}
