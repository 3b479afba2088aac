//! The log lines of a handle that writes a log.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;

use crate::logs::{LineDrop, Outlets};
#[cfg(feature = "otlp-logs")]
use crate::logs::{RecordDrop, Records};

pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>, outlets: &Outlets) -> fmt::Result {
    #[cfg(feature = "otlp-logs")]
    encode_records(encoder, &outlets.records)?;
    if outlets.are_used() { encode_lines(encoder, outlets) } else { Ok(()) }
}

fn encode_lines(encoder: &mut DescriptorEncoder<'_>, outlets: &Outlets) -> fmt::Result {
    let written = ConstCounter::new(outlets.written());
    let help = "Log lines that were written.";
    let metric =
        encoder.encode_descriptor("spanweave_log_lines_written", help, None, written.metric_type())?;
    written.encode(metric)?;

    let help = "Log lines that were lost, by reason.";
    let mut metric =
        encoder.encode_descriptor("spanweave_log_lines_dropped", help, None, MetricType::Counter)?;
    for reason in LineDrop::ALL {
        let labels = [("reason", reason.label())];
        let lines = outlets.dropped(reason);
        metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(&lines, None)?;
    }
    Ok(())
}

#[cfg(feature = "otlp-logs")]
fn encode_records(encoder: &mut DescriptorEncoder<'_>, records: &Records) -> fmt::Result {
    if !records.are_used() {
        return Ok(());
    }
    let exported = ConstCounter::new(records.exported());
    let help = "Log records that the exporter has taken.";
    let metric =
        encoder.encode_descriptor("spanweave_log_records_exported", help, None, exported.metric_type())?;
    exported.encode(metric)?;

    let help = "Log records that were lost, by reason.";
    let mut metric =
        encoder.encode_descriptor("spanweave_log_records_dropped", help, None, MetricType::Counter)?;
    for reason in RecordDrop::ALL {
        let labels = [("reason", reason.label())];
        let dropped = records.dropped(reason);
        metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(&dropped, None)?;
    }
    Ok(())
}
