//! A handle's metrics, as `/metrics` shows them.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode_registry;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use self::measured::Scrape;
use self::page::Page;
use crate::core::Core;
use crate::counters::{CounterFamily, Counters};
use crate::names;

mod calls;
mod cardinality;
mod exemplars;
mod export;
mod foreign;
mod format;
#[cfg(test)]
mod invariants;
mod keep;
#[cfg(feature = "axum")]
mod legacy;
mod line;
#[cfg(feature = "logs")]
mod logs;
mod measured;
mod methods;
mod page;
#[cfg(feature = "_sqlx")]
mod pools;
#[cfg(all(feature = "process", target_os = "linux"))]
mod process;
#[cfg(feature = "prometheus")]
mod prometheus;
#[cfg(feature = "axum")]
mod requests;
#[cfg(feature = "otlp")]
mod runtime;
mod sources;
mod target;
mod text;

pub use self::format::MetricsFormat;
#[cfg(feature = "axum")]
pub(super) use self::legacy::Legacy;
pub use self::methods::MethodSummary;
pub(super) use self::methods::methods;
pub use self::sources::MetricsSource;
pub(crate) use self::sources::Sources;

/// Everything, in a format.
pub(super) fn page(core: &'static Core, format: MetricsFormat) -> String {
    cardinality::warn(core);
    // What it is all of comes first, as the convention has it.
    let mut own = encoded(TargetCollector(core));
    own.push_str(&of_handle(&Arc::new(Scrape::of_all(core)), format));
    own.push_str(&encoded(ProcessCollector));
    let page = with_sources(core, own);
    match format {
        MetricsFormat::OpenMetrics => page,
        MetricsFormat::Text => text::from_openmetrics(&page),
    }
}

/// What was called, as OpenMetrics text.
pub(super) fn called(core: &'static Core) -> String {
    let scrape = Arc::new(Scrape::of_called(core));
    with_sources(core, of_handle(&scrape, MetricsFormat::OpenMetrics))
}

/// The whole page. What is spanweave's comes first, so that of two metrics with one name that is shown.
fn with_sources(core: &Core, own: String) -> String {
    let texts = core.sources.read();
    let mut page = Page::of_own(own);
    for text in &texts {
        core.sources.say(page.add(text));
    }
    page.finish()
}

/// What is a handle's own.
fn of_handle(scrape: &Arc<Scrape>, format: MetricsFormat) -> String {
    let core = scrape.core;
    core.collector.count_leftovers();
    let mut own = encoded(CallsCollector(Arc::clone(scrape)));
    if format == MetricsFormat::OpenMetrics {
        own = exemplars::attach(&own, scrape);
    }
    own.push_str(&encoded(CoreCollector(core)));
    own
}

/// What a collector has, as OpenMetrics text without its end.
fn encoded(collector: impl Collector) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(collector));
    let mut text = String::new();
    // Writing into a string cannot fail, and neither do the encoders below.
    encode_registry(&mut text, &registry).expect("metrics are encoded into memory");
    text
}

/// The calls that were measured.
struct CallsCollector(Arc<Scrape>);

impl fmt::Debug for CallsCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallsCollector").field(&self.0.core.handle).finish()
    }
}

impl Collector for CallsCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        calls::encode(&mut encoder, &self.0)
    }
}

/// Everything else that a handle counts.
struct CoreCollector(&'static Core);

impl fmt::Debug for CoreCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CoreCollector").field(&self.0.handle).finish()
    }
}

impl Collector for CoreCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let core = self.0;
        for family in names::COUNTERS {
            encode_counter(&mut encoder, family, &core.counters)?;
        }
        #[cfg(feature = "axum")]
        requests::encode(&mut encoder, &core.requests)?;
        #[cfg(feature = "_sqlx")]
        pools::encode(&mut encoder, &core.pools)?;
        keep::encode(&mut encoder, &core.decisions)?;
        #[cfg(feature = "logs")]
        logs::encode(&mut encoder, &core.logs)?;
        export::encode(&mut encoder, core)
    }
}

/// What the metrics are of.
struct TargetCollector(&'static Core);

impl fmt::Debug for TargetCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TargetCollector").field(&self.0.handle).finish()
    }
}

impl Collector for TargetCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        target::encode(&mut encoder, &self.0.rules.resource)
    }
}

/// What is the same under every handle of the process.
#[derive(Debug)]
struct ProcessCollector;

impl Collector for ProcessCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        cardinality::encode(&mut encoder)?;
        #[cfg(all(feature = "process", target_os = "linux"))]
        process::encode(&mut encoder)?;
        Ok(())
    }
}

fn encode_counter(
    encoder: &mut DescriptorEncoder<'_>,
    family: &CounterFamily,
    counters: &Counters,
) -> fmt::Result {
    let counts = counters.of(family);
    if counts.is_empty() {
        return Ok(());
    }
    let mut metric = encoder.encode_descriptor(family.name, family.help, None, MetricType::Counter)?;
    for (values, times) in counts {
        let labels: Vec<_> =
            family.label_names.iter().copied().zip(values.iter().map(String::as_str)).collect();
        metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(&times, None)?;
    }
    Ok(())
}
