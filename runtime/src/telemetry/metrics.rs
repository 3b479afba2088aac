//! A handle's metrics as OpenMetrics text, and as a table of methods.

use std::fmt;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use crate::core::Core;
use crate::counters::{CounterFamily, Counters};
use crate::histogram::Snapshot;
use crate::names::{self, METHODS};
use crate::outcome::Outcome;
use crate::registry::{self, Family, Outcomes, Series, SeriesId};

mod export;
mod keep;
#[cfg(feature = "logs")]
mod logs;
#[cfg(feature = "_sqlx")]
mod pools;

/// One method's calls so far.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MethodSummary {
    /// `service`, `repo`, `client`, `job` or `function`.
    pub kind: String,
    /// The type's name; the module's, of a function.
    pub type_name: String,
    /// The method's name.
    pub method: String,
    /// All calls that have ended.
    pub calls: u64,
    /// Calls that returned an `Err`.
    pub errors: u64,
    /// Calls whose future was dropped before its end.
    pub cancelled: u64,
    /// Calls that panicked.
    pub panicked: u64,
    /// Half of the calls took at most this long; [`Duration::MAX`] past the histogram's last bound.
    pub p50: Duration,
    /// 99 of 100 calls took at most this long; [`Duration::MAX`] past the histogram's last bound.
    pub p99: Duration,
}

/// The series of one family that have calls, sorted by their labels.
struct Measured {
    id: SeriesId,
    series: Series,
    snapshot: Snapshot,
}

fn measured(core: &Core, family: &'static Family) -> Vec<Measured> {
    let mut measured: Vec<_> = registry::of_family(family)
        .into_iter()
        .map(|(id, series)| Measured { id, series, snapshot: core.histograms.snapshot(id) })
        .filter(|measured| measured.snapshot.count() > 0)
        .collect();
    measured.sort_by(|a, b| a.series.labels.cmp(&b.series.labels));
    measured
}

pub(super) fn methods(core: &Core) -> Vec<MethodSummary> {
    let bound = |snapshot: &Snapshot, quantile| {
        let seconds = snapshot.quantile_bound(&METHODS.buckets, quantile).unwrap_or(0.0);
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    };
    let summary = |measured: Measured| {
        let [kind, type_name, method] = [0, 1, 2].map(|label| measured.series.labels[label].clone());
        let snapshot = measured.snapshot;
        let [_, errors, cancelled, panicked] = snapshot.outcomes;
        MethodSummary {
            kind,
            type_name,
            method,
            calls: snapshot.count(),
            errors,
            cancelled,
            panicked,
            p50: bound(&snapshot, 0.5),
            p99: bound(&snapshot, 0.99),
        }
    };
    measured(core, &METHODS).into_iter().map(summary).collect()
}

pub(super) fn openmetrics(core: &'static Core) -> String {
    core.collector.count_leftovers();
    let mut registry = Registry::default();
    registry.register_collector(Box::new(CoreCollector(core)));
    let mut text = String::new();
    // Writing into a string cannot fail, and neither do the encoders below.
    prometheus_client::encoding::text::encode(&mut text, &registry).expect("metrics are encoded into memory");
    text
}

struct CoreCollector(&'static Core);

impl fmt::Debug for CoreCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CoreCollector").field(&self.0.handle).finish()
    }
}

impl Collector for CoreCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for family in Family::all() {
            let measured = measured(self.0, family);
            if measured.is_empty() {
                continue;
            }
            encode_histograms(&mut encoder, family, &measured)?;
            if let Some(outcomes) = &family.outcomes {
                encode_calls(&mut encoder, outcomes, &measured)?;
                encode_errors(&mut encoder, outcomes, &measured, self.0)?;
            }
        }
        for family in names::COUNTERS {
            encode_counter(&mut encoder, family, &self.0.counters)?;
        }
        #[cfg(feature = "_sqlx")]
        pools::encode(&mut encoder, &self.0.pools)?;
        keep::encode(&mut encoder, &self.0.decisions)?;
        #[cfg(feature = "logs")]
        logs::encode(&mut encoder, &self.0.logs)?;
        export::encode(&mut encoder, self.0)
    }
}

type Labels<'s> = Vec<(&'static str, &'s str)>;

fn labels(series: &Series) -> Labels<'_> {
    series.family.label_names.iter().copied().zip(series.labels.iter().map(String::as_str)).collect()
}

fn encode_histograms(
    encoder: &mut DescriptorEncoder<'_>,
    family: &Family,
    measured: &[Measured],
) -> fmt::Result {
    let kind = MetricType::Histogram;
    let mut metric = encoder.encode_descriptor(family.name, family.help, Some(&Unit::Seconds), kind)?;
    for Measured { series, snapshot, .. } in measured {
        metric.encode_family(&labels(series))?.encode_histogram::<NoLabelSet>(
            snapshot.sum_seconds(),
            snapshot.count(),
            &snapshot.by_bound(&family.buckets),
            None,
        )?;
    }
    Ok(())
}

fn encode_calls(
    encoder: &mut DescriptorEncoder<'_>,
    outcomes: &Outcomes,
    measured: &[Measured],
) -> fmt::Result {
    let help = "Calls that have ended, by outcome.";
    let mut metric = encoder.encode_descriptor(outcomes.calls, help, None, MetricType::Counter)?;
    for Measured { series, snapshot, .. } in measured {
        for (outcome, calls) in Outcome::LABELS.into_iter().zip(snapshot.outcomes) {
            let mut labels = labels(series);
            labels.push(("outcome", outcome));
            metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(&calls, None)?;
        }
    }
    Ok(())
}

fn encode_errors(
    encoder: &mut DescriptorEncoder<'_>,
    outcomes: &Outcomes,
    measured: &[Measured],
    core: &Core,
) -> fmt::Result {
    let errors = core.histograms.errors();
    let help = "Calls that returned an error, by class.";
    let mut metric = encoder.encode_descriptor(outcomes.errors, help, None, MetricType::Counter)?;
    for Measured { id, series, .. } in measured {
        for ((_, class), calls) in errors.range((*id, "")..).take_while(|((series, _), _)| series == id) {
            let mut labels = labels(series);
            labels.push(("class", class));
            metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(calls, None)?;
        }
    }
    Ok(())
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
        let labels: Labels<'_> =
            family.label_names.iter().copied().zip(values.iter().map(String::as_str)).collect();
        metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(&times, None)?;
    }
    Ok(())
}
