//! The exporter over OTLP, whatever carries it.

use std::time::Duration;

use http::{HeaderMap, header};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::SpanData;
use parking_lot::Mutex;

use super::OtlpTarget;
use super::answers::Reply;
#[cfg(feature = "grpc")]
use super::grpc::Grpc;
use super::http::Http;
use super::limit::Limit;
use super::runtime::OwnRuntime;
use super::token::Token;
use crate::telemetry::config::without_secrets;
use crate::telemetry::export::{Answer, Attempt, Cutoff, ErasedExporter};

pub(in crate::telemetry) const USER_AGENT: &str = concat!("spanweave/", env!("CARGO_PKG_VERSION"));

/// What carries requests to a collector.
pub(super) trait Transport {
    /// A request, ready to be sent as often as it takes.
    type Load;

    fn load(&self, request: ExportTraceServiceRequest) -> Self::Load;

    /// Sends a request once.
    fn send(&self, load: &Self::Load, headers: HeaderMap, limit: &Limit<'_>) -> impl Future<Output = Reply>;
}

pub(super) fn over_http(target: OtlpTarget) -> Result<Box<dyn ErasedExporter>, String> {
    let http = Http::new(&target.url, target.timeout, target.gzip)?;
    Ok(Box::new(OtlpExporter::new(http, own_runtime()?, target)?))
}

#[cfg(feature = "grpc")]
pub(super) fn over_grpc(target: OtlpTarget) -> Result<Box<dyn ErasedExporter>, String> {
    let runtime = own_runtime()?;
    let grpc = runtime.within(|| Grpc::new(&target.url, target.timeout, target.gzip))?;
    Ok(Box::new(OtlpExporter::new(grpc, runtime, target)?))
}

fn own_runtime() -> Result<OwnRuntime, String> {
    OwnRuntime::new().map_err(|error| format!("its runtime cannot be made: {error}"))
}

struct OtlpExporter<T> {
    transport: T,
    /// For the log.
    shown_url: String,
    runtime: OwnRuntime,
    headers: HeaderMap,
    token: Option<Mutex<Token>>,
    timeout: Duration,
    resource: ResourceAttributesWithSchema,
}

impl<T: Transport> OtlpExporter<T> {
    fn new(transport: T, runtime: OwnRuntime, target: OtlpTarget) -> Result<OtlpExporter<T>, String> {
        Ok(OtlpExporter {
            transport,
            shown_url: without_secrets(&target.url),
            runtime,
            headers: target.headers.into_iter().collect(),
            token: target.token.map(Token::new).transpose()?.map(Mutex::new),
            timeout: target.timeout,
            resource: ResourceAttributesWithSchema::default(),
        })
    }

    fn with_url(&self, why: &str) -> String {
        format!("{}: {why}", self.shown_url)
    }

    fn attempt(&self, load: &T::Load, cutoff: &Cutoff) -> Answer {
        let mut headers = self.headers.clone();
        let token = self.token.as_ref().map(|token| token.lock().header());
        headers.extend(token.map(|token| (header::AUTHORIZATION, token)));
        let limit = Limit::new(self.timeout, cutoff);
        let reply = self.runtime.run(self.transport.send(load, headers, &limit));
        match reply {
            Some(Reply::Final(answer)) => answer,
            Some(Reply::Unauthorized { why }) => {
                // A mounted secret takes a minute to arrive after its renewal.
                if self.token.as_ref().is_some_and(|token| token.lock().may_be_renewed()) {
                    Answer::Retry { after: None, why }
                } else {
                    Answer::Refused { why }
                }
            }
            None => Answer::Refused { why: "the exporter was shut down".to_owned() },
        }
    }
}

impl<T: Transport + Send> ErasedExporter for OtlpExporter<T> {
    fn name(&self) -> &'static str {
        "otlp"
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }

    fn prepare(&self, batch: Vec<SpanData>) -> Attempt<'_> {
        let resource_spans = group_spans_by_resource_and_scope(batch, &self.resource);
        let load = self.transport.load(ExportTraceServiceRequest { resource_spans });
        Box::new(move |cutoff| match self.attempt(&load, cutoff) {
            Answer::Taken { rejected } => Answer::Taken { rejected },
            Answer::Retry { after, why } => Answer::Retry { after, why: self.with_url(&why) },
            Answer::Refused { why } => Answer::Refused { why: self.with_url(&why) },
        })
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown(&self) -> OTelSdkResult {
        Ok(())
    }
}
