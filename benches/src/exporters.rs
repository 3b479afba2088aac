//! Exporters beside the sink: what is counted, encoded, sent, and stopped.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use fastrace::collector::{Reporter, SpanRecord};
use opentelemetry::TraceId;
use opentelemetry_otlp::{Protocol, WithExportConfig};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use prost::Message;

/// A number that an exporter counts up, and the bench reads.
#[derive(Clone, Debug, Default)]
pub struct Count(Arc<AtomicU64>);

impl Count {
    fn add(&self, more: usize) {
        self.0.fetch_add(more as u64, Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Counts the spans that another exporter has taken. For peers, who do not say how many they have lost.
#[derive(Debug)]
pub struct Counted<E> {
    pub exporter: E,
    pub spans: Count,
}

impl<E: SpanExporter> SpanExporter for Counted<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        self.exporter.export(batch).await?;
        self.spans.add(spans);
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.exporter.shutdown()
    }
}

impl Reporter for Count {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        self.add(spans.len());
        black_box(spans);
    }
}

/// Encodes into OTLP protobuf as `opentelemetry-otlp` does, and sends nothing.
#[derive(Debug, Default)]
pub struct Encoding {
    pub bytes: Count,
    resource: ResourceAttributesWithSchema,
}

impl SpanExporter for Encoding {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let resource_spans = group_spans_by_resource_and_scope(batch, &self.resource);
        let body = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
        self.bytes.add(body.len());
        black_box(body);
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }
}

/// OTLP over HTTP, in protobuf, as the environment would ask for it.
pub fn otlp(url: &str) -> opentelemetry_otlp::SpanExporter {
    let builder = opentelemetry_otlp::SpanExporter::builder().with_http();
    let exporter = builder.with_protocol(Protocol::HttpBinary).with_endpoint(url).build();
    exporter.expect("a bench can make an exporter")
}

/// Does not return from its first export until it is let go. Keeps how many spans of each trace have arrived.
#[derive(Clone, Debug, Default)]
pub struct Stopped {
    let_go: Arc<(Mutex<bool>, Condvar)>,
    arrived: Arc<Mutex<HashMap<TraceId, usize>>>,
}

impl Stopped {
    pub fn let_go(&self) {
        *self.let_go.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.let_go.1.notify_all();
    }

    pub fn spans_by_trace(&self) -> HashMap<TraceId, usize> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl SpanExporter for Stopped {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let (let_go, changed) = &*self.let_go;
        let waits = let_go.lock().unwrap_or_else(PoisonError::into_inner);
        drop(changed.wait_while(waits, |let_go| !*let_go).unwrap_or_else(PoisonError::into_inner));
        let mut arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        for span in &batch {
            *arrived.entry(span.span_context.trace_id()).or_default() += 1;
        }
        Ok(())
    }
}
