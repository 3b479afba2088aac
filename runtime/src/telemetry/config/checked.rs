//! What was set, as far as it can be used.

use std::time::Duration;

use super::error::{ConfigError, Mistakes, Refused};
use super::settings::Settings;
use super::values;
use crate::telemetry::export::{Backoff, CHUNK_BYTES};
use crate::telemetry::otlp::OtlpTarget;

const QUEUE: &str = "1048576 bytes (a mebibyte) or more";
const RULES_OF_A_ROOT: &str = "rules without a limit, and roots, of their own";

/// Settings that only code can have got wrong: those of the environment were looked at when they were read.
pub(in crate::telemetry) struct Checked {
    pub(in crate::telemetry) export_interval: Duration,
    pub(in crate::telemetry) queue_bytes: usize,
    pub(in crate::telemetry) backoff: Backoff,
    pub(in crate::telemetry) otlp: Option<OtlpTarget>,
}

impl Checked {
    /// All mistakes are told at once.
    pub(in crate::telemetry) fn of(settings: &Settings) -> Result<Checked, ConfigError> {
        let mut mistakes = Mistakes::default();
        let (export_interval, backoff) = (settings.export_interval.value, settings.backoff.value);
        mistakes.check(values::duration(export_interval), "TelemetryBuilder::export_interval");
        mistakes.check(queue(settings.queue_bytes.value), "TelemetryBuilder::queue_bytes");
        for time in backoff.bounds() {
            mistakes.check(values::duration(time), "TelemetryBuilder::retry_backoff");
        }
        let (sampler, keep) = (&settings.sampler.value, &settings.keep.value);
        for (method, part) in keep.rates().into_iter().chain(sampler.ratios()) {
            mistakes.check(values::part(part), method);
        }
        if let Some(held) = keep.misplaced() {
            mistakes.add(Refused::hiding(held, RULES_OF_A_ROOT).in_setting("Keep::root"));
        }
        let otlp = settings.otlp.value.clone().map(|otlp| otlp.target(&mut mistakes));
        let queue_bytes = settings.queue_bytes.value;
        mistakes.none().map(|()| Checked { export_interval, queue_bytes, backoff, otlp: otlp.flatten() })
    }
}

fn queue(bytes: usize) -> Result<(), Refused> {
    (bytes >= CHUNK_BYTES).then_some(()).ok_or_else(|| Refused::showing(&bytes.to_string(), QUEUE))
}
