//! The providers, of which there is one of each in a process, and contenders whose traces they take.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::metrics::noop::NoopMeterProvider;
use opentelemetry::trace::{
    FutureExt as _, SpanContext, SpanId, SpanKind, TraceContextExt as _, TraceFlags, TraceId, TraceState,
    Tracer as _,
};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider, Temporality};
use opentelemetry_sdk::trace::SdkTracerProvider;
use spanweave_bench_sql::contender::{Contender, Export};

use crate::client::{Client, repeat};
use crate::sink::Sink;

pub struct Sdk {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
    sink: Sink,
}

#[derive(Clone, Copy)]
pub enum Mode {
    Sampled,
    /// As the request's own parent was not sampled.
    NotSampled,
}

impl Sdk {
    pub fn install() -> Sdk {
        let sink = Sink::default();
        let traces = SdkTracerProvider::builder().with_batch_exporter(sink.clone()).build();
        let metrics =
            SdkMeterProvider::builder().with_reader(PeriodicReader::builder(NoMetrics).build()).build();
        global::set_tracer_provider(traces.clone());
        global::set_meter_provider(metrics.clone());
        Sdk { traces, metrics, sink }
    }

    /// Has `make` make what finds no meter's provider.
    pub fn without_metrics<T>(&self, make: impl FnOnce() -> T) -> T {
        global::set_meter_provider(NoopMeterProvider::new());
        let bare = make();
        global::set_meter_provider(self.metrics.clone());
        bare
    }

    pub fn traced(&self, name: &'static str, mode: Mode, client: impl Client) -> Contender {
        let (client, tracer) = (Arc::new(client), Arc::new(global::tracer("bench")));
        let provider = self.traces.clone();
        Contender {
            name,
            trace: Arc::new(move |work, times| {
                let (client, tracer) = (client.clone(), tracer.clone());
                Box::pin(async move {
                    repeat(&*client, work, times).with_context(root(&tracer, mode)).await;
                })
            }),
            export: Export {
                is_sampled: matches!(mode, Mode::Sampled),
                statements: self.sink.statements.clone(),
                flush: Box::new(move || provider.force_flush().expect("the sink keeps up")),
            },
        }
    }
}

fn root(tracer: &BoxedTracer, mode: Mode) -> Context {
    let parent = match mode {
        Mode::Sampled => Context::new(),
        Mode::NotSampled => Context::new().with_remote_span_context(SpanContext::new(
            TraceId::from(1),
            SpanId::from(1),
            TraceFlags::NOT_SAMPLED,
            true,
            TraceState::NONE,
        )),
    };
    let span =
        tracer.span_builder("GET /tasks").with_kind(SpanKind::Server).start_with_context(tracer, &parent);
    parent.with_span(span)
}

/// Drops what it is given.
struct NoMetrics;

impl PushMetricExporter for NoMetrics {
    async fn export(&self, _metrics: &ResourceMetrics) -> OTelSdkResult {
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}
