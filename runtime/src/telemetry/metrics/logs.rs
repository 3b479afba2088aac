//! The log lines of a handle that writes a log.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

use crate::logs::{LineDrop, Outlets};
#[cfg(feature = "otlp-logs")]
use crate::logs::{RecordDrop, Records};

pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>, outlets: &Outlets) -> fmt::Result {
    #[cfg(feature = "otlp-logs")]
    encode_records(encoder, &outlets.records)?;
    if outlets.are_used() { encode_lines(encoder, outlets) } else { Ok(()) }
}

fn encode_lines(encoder: &mut DescriptorEncoder<'_>, outlets: &Outlets) -> fmt::Result {
    let help = "Log lines that were written.";
    encode_done(encoder, "spanweave_log_lines_written", help, outlets.written())?;
    let dropped = LineDrop::ALL.map(|reason| (reason.label(), outlets.dropped(reason)));
    encode_dropped(encoder, "spanweave_log_lines_dropped", "Log lines that were lost, by reason.", &dropped)?;
    let (name, help) =
        ("spanweave_log_queue", "Log lines that wait to be written, or are on their way, in memory.");
    let bytes = ConstGauge::new(u64::try_from(outlets.queued_bytes()).unwrap_or(u64::MAX));
    bytes.encode(encoder.encode_descriptor(name, help, Some(&Unit::Bytes), bytes.metric_type())?)
}

#[cfg(feature = "otlp-logs")]
fn encode_records(encoder: &mut DescriptorEncoder<'_>, records: &Records) -> fmt::Result {
    if !records.are_used() {
        return Ok(());
    }
    let help = "Log records that the exporter has taken.";
    encode_done(encoder, "spanweave_log_records_exported", help, records.exported())?;
    let dropped = RecordDrop::ALL.map(|reason| (reason.label(), records.dropped(reason)));
    encode_dropped(
        encoder,
        "spanweave_log_records_dropped",
        "Log records that were lost, by reason.",
        &dropped,
    )
}

fn encode_done(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, done: u64) -> fmt::Result {
    let done = ConstCounter::new(done);
    let metric = encoder.encode_descriptor(name, help, None, done.metric_type())?;
    done.encode(metric)
}

fn encode_dropped(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    dropped: &[(&str, u64)],
) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (reason, count) in dropped {
        metric.encode_family(&[("reason", *reason)])?.encode_counter::<NoLabelSet, u64, u64>(count, None)?;
    }
    Ok(())
}
