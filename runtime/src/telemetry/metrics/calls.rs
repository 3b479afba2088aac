//! The histograms of what was called, the counters of how it ended, and those of the user's own.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;

use super::measured::{Measured, Scrape};
use crate::family::{self, Family, Kind, Outcomes};
use crate::outcome::Outcome;
use crate::registry::Series;

type Labels<'s> = Vec<(&'static str, &'s str)>;

/// Every family that has series.
pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>, scrape: &Scrape) -> fmt::Result {
    for (family, measured) in &scrape.families {
        match family.kind() {
            Kind::Histogram => encode_histograms(encoder, family, measured)?,
            Kind::Counter => encode_counters(encoder, family, measured)?,
        }
        if let Some(outcomes) = &family.outcomes {
            encode_calls(encoder, outcomes, measured)?;
            encode_errors(encoder, outcomes, measured)?;
            encode_untraced(encoder, outcomes, measured)?;
        }
    }
    Ok(())
}

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

fn encode_counters(
    encoder: &mut DescriptorEncoder<'_>,
    family: &Family,
    measured: &[Measured],
) -> fmt::Result {
    let mut metric =
        encoder.encode_descriptor(family::stem(family.name), family.help, None, MetricType::Counter)?;
    for Measured { series, snapshot, .. } in measured {
        metric.encode_family(&labels(series))?.encode_counter::<NoLabelSet, u64, u64>(&snapshot.sum, None)?;
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
) -> fmt::Result {
    let help = "Calls that returned an error, by class.";
    let mut metric = encoder.encode_descriptor(outcomes.errors, help, None, MetricType::Counter)?;
    for Measured { series, snapshot, .. } in measured {
        for (class, calls) in &snapshot.errors {
            let mut labels = labels(series);
            labels.push(("class", class));
            metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(calls, None)?;
        }
    }
    Ok(())
}

/// Where there are any: what should be in a trace has none.
fn encode_untraced(
    encoder: &mut DescriptorEncoder<'_>,
    outcomes: &Outcomes,
    measured: &[Measured],
) -> fmt::Result {
    let mut untraced = measured.iter().filter(|measured| measured.snapshot.untraced > 0).peekable();
    if untraced.peek().is_none() {
        return Ok(());
    }
    let help = "Calls outside any trace.";
    let mut metric = encoder.encode_descriptor(outcomes.untraced, help, None, MetricType::Counter)?;
    for Measured { series, snapshot, .. } in untraced {
        metric
            .encode_family(&labels(series))?
            .encode_counter::<NoLabelSet, u64, u64>(&snapshot.untraced, None)?;
    }
    Ok(())
}
