//! What became of the spans, and what the lanes to the exporters do.

use std::fmt;
use std::sync::atomic::Ordering::Relaxed;

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;

use crate::core::Core;
use crate::dropped::{DropCounts, DropReason};
use crate::telemetry::Lane;

/// The value of the `exporter` label for what was lost before any exporter could have had it.
const ALL: &str = "all";

pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>, core: &Core) -> fmt::Result {
    let lanes = core.lanes();
    encode_exported(encoder, lanes)?;
    encode_dropped(encoder, core, lanes)?;
    if lanes.is_empty() {
        return Ok(());
    }
    encode_queues(encoder, lanes)?;
    encode_attempts(encoder, lanes)
}

fn encode_exported(encoder: &mut DescriptorEncoder<'_>, lanes: &[Lane]) -> fmt::Result {
    let help = "Spans that an exporter has taken.";
    let mut metric =
        encoder.encode_descriptor("spanweave_spans_exported", help, None, MetricType::Counter)?;
    for lane in lanes {
        let (labels, spans) = ([("exporter", lane.name.as_str())], lane.exported.load(Relaxed));
        metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(&spans, None)?;
    }
    Ok(())
}

fn encode_dropped(encoder: &mut DescriptorEncoder<'_>, core: &Core, lanes: &[Lane]) -> fmt::Result {
    let help = "Spans that were lost, by reason, and for which exporter.";
    let mut metric = encoder.encode_descriptor("spanweave_spans_dropped", help, None, MetricType::Counter)?;
    let mut encode = |exporter: &str, reasons: &[DropReason], dropped: &DropCounts| -> fmt::Result {
        for reason in reasons {
            let (labels, spans) = ([("reason", reason.label()), ("exporter", exporter)], dropped.of(*reason));
            metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(&spans, None)?;
        }
        Ok(())
    };
    encode(ALL, &DropReason::BEFORE_EXPORT, &core.collector.dropped)?;
    lanes.iter().try_for_each(|lane| encode(&lane.name, &DropReason::OF_AN_EXPORTER, &lane.dropped))
}

fn encode_queues(encoder: &mut DescriptorEncoder<'_>, lanes: &[Lane]) -> fmt::Result {
    let loads: Vec<_> = lanes.iter().map(|lane| (lane.name.as_str(), lane.load())).collect();
    let help = "What waits for an exporter, or is on its way, in memory.";
    let name = "spanweave_export_queue";
    let mut metric = encoder.encode_descriptor(name, help, Some(&Unit::Bytes), MetricType::Gauge)?;
    for (exporter, load) in &loads {
        let labels = [("exporter", *exporter)];
        metric.encode_family(&labels)?.encode_gauge(&(load.bytes as u64))?;
    }
    let help = "Spans that wait for an exporter, or are on their way.";
    let mut metric =
        encoder.encode_descriptor("spanweave_export_queue_spans", help, None, MetricType::Gauge)?;
    for (exporter, load) in &loads {
        let labels = [("exporter", *exporter)];
        metric.encode_family(&labels)?.encode_gauge(&(load.spans as u64))?;
    }
    Ok(())
}

fn encode_attempts(encoder: &mut DescriptorEncoder<'_>, lanes: &[Lane]) -> fmt::Result {
    let help = "Attempts to export a batch, by result.";
    let mut metric =
        encoder.encode_descriptor("spanweave_export_attempts", help, None, MetricType::Counter)?;
    for lane in lanes {
        for (result, attempts) in lane.attempts.by_result() {
            let labels = [("exporter", lane.name.as_str()), ("result", result)];
            metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(&attempts, None)?;
        }
    }
    let help = "How long an attempt to export a batch took.";
    let name = "spanweave_export_duration";
    let mut metric = encoder.encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Histogram)?;
    for lane in lanes {
        let labels = [("exporter", lane.name.as_str())];
        lane.attempts.seconds.encode(metric.encode_family(&labels)?)?;
    }
    Ok(())
}
