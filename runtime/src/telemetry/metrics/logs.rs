//! The log lines of a handle that writes a log.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;

use crate::logs::{LineDrop, Outlets};

pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>, outlets: &Outlets) -> fmt::Result {
    if !outlets.are_used() {
        return Ok(());
    }
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
