//! How many series the metrics have, which is what they cost.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

use crate::core::Core;
use crate::registry::{self, Cardinality};

/// Logs, once for each metric, that it has come to its bound. Not where it does, which may be inside of anything, but where
/// the metrics are read.
pub(super) fn warn(core: &Core) {
    for Cardinality { family, series } in registry::cardinalities() {
        if family.overflows() > 0 && core.overflows_said.lock().insert(family.name) {
            let metric = family.shown_name();
            tracing::warn!(
                metric,
                series,
                "the metric has too many label sets; further ones are counted as `other`"
            );
        }
    }
}

/// Of the process: a series is the same under all of its handles.
pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let cardinalities = registry::cardinalities();
    if cardinalities.is_empty() {
        return Ok(());
    }
    let help = "Label sets of a metric in this process.";
    let mut metric = encoder.encode_descriptor("spanweave_metric_series", help, None, MetricType::Gauge)?;
    for Cardinality { family, series } in &cardinalities {
        let series = u64::try_from(*series).unwrap_or(u64::MAX);
        metric.encode_family(&[("metric", family.shown_name())])?.encode_gauge(&series)?;
    }
    let help = "Label sets that were one too many, and are counted as other.";
    let mut metric =
        encoder.encode_descriptor("spanweave_metric_overflows", help, None, MetricType::Counter)?;
    for Cardinality { family, .. } in &cardinalities {
        let (labels, overflows) = ([("metric", family.shown_name())], family.overflows());
        metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(&overflows, None)?;
    }
    Ok(())
}
