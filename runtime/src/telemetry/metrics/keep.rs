//! How many traces were kept and left out, by reason.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

use crate::decisions::Decisions;
use crate::telemetry::{KeptFor, LeftOut};

pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>, decisions: &Decisions) -> fmt::Result {
    let help = "Traces whose root has ended, by what became of them and why.";
    let mut metric = encoder.encode_descriptor("spanweave_traces", help, None, MetricType::Counter)?;
    let kept = KeptFor::ALL.map(|kept_for| ("kept", kept_for.label(), decisions.traces(Ok(kept_for))));
    let left_out =
        LeftOut::ALL.map(|left_out| ("left_out", left_out.label(), decisions.traces(Err(left_out))));
    for (decision, reason, traces) in kept.into_iter().chain(left_out) {
        let labels = [("decision", decision), ("reason", reason)];
        metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(&traces, None)?;
    }
    Ok(())
}
