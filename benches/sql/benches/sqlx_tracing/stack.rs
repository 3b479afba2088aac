//! Subscribers, and contenders whose traces they take.

use std::sync::Arc;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use spanweave_bench_sql::contender::{Contender, Export};
use tracing::instrument::WithSubscriber as _;
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Instrument as _, info_span};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{EnvFilter, Registry};

use crate::client::{Client, repeat};
use crate::sink::Sink;

#[derive(Clone, Copy)]
pub enum Mode {
    Sampled,
    NotSampled,
    Lean,
}

/// A contender with a subscriber of its own, which an application sets for the whole process. To find a thread's own
/// takes a few nanoseconds more per span.
pub fn traced(name: &'static str, mode: Mode, client: impl Client) -> Contender {
    let sink = Sink::default();
    let is_sampled = !matches!(mode, Mode::NotSampled);
    let sampler = if is_sampled { Sampler::AlwaysOn } else { Sampler::AlwaysOff };
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(sink.clone())
        .with_sampler(Sampler::ParentBased(Box::new(sampler)))
        .build();
    let (client, dispatch) = (Arc::new(client), dispatch(&provider, mode));
    Contender {
        name,
        trace: Arc::new(move |work, times| {
            let client = client.clone();
            let trace = async move {
                repeat(&*client, work, times)
                    .instrument(info_span!("GET /tasks", otel.kind = "server"))
                    .await;
            };
            Box::pin(trace.with_subscriber(dispatch.clone()))
        }),
        export: Export {
            is_sampled,
            statements: sink.statements,
            flush: Box::new(move || provider.force_flush().expect("the sink keeps up")),
        },
    }
}

fn dispatch(provider: &SdkTracerProvider, mode: Mode) -> Dispatch {
    let tracer = provider.tracer("bench");
    if !matches!(mode, Mode::Lean) {
        let layer = tracing_opentelemetry::layer().with_tracer(tracer);
        return Dispatch::new(Registry::default().with(EnvFilter::new("info")).with(layer));
    }
    let layer = tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_target(false)
        .with_context_activation(false);
    Dispatch::new(Registry::default().with(LevelFilter::INFO).with(layer))
}
