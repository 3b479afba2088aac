//! Values that more than one variable has: switches, numbers, times.

use std::time::Duration;

use super::error::Refused;

/// An hour: what is longer is a mistake, and no timer has to bear it.
const MAX_MILLIS: u64 = 3_600_000;
const MILLIS: &str = "milliseconds, a whole number from 1 to 3600000";

/// As people write a switch.
pub(crate) fn switch(value: &str) -> Result<bool, Refused> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(Refused::showing(value, "`true` or `false` (or 1, yes, on; 0, no, off)")),
    }
}

/// As OpenTelemetry has it, for which `1` is not `true`.
pub(super) fn boolean(value: &str) -> Result<bool, Refused> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Refused::showing(value, "`true` or `false`")),
    }
}

pub(super) fn count(value: &str) -> Result<u32, Refused> {
    value.parse().map_err(|_| Refused::showing(value, "a whole number from 0 to 4294967295"))
}

pub(super) fn millis(value: &str) -> Result<Duration, Refused> {
    let millis = value.parse().ok().filter(|millis| (1..=MAX_MILLIS).contains(millis));
    millis.map(Duration::from_millis).ok_or_else(|| Refused::showing(value, MILLIS))
}

/// A part of all, that was given as a number.
pub(super) fn part(value: f64) -> Result<f64, Refused> {
    let refused = || Refused::showing(&value.to_string(), "a number from 0.0 to 1.0");
    (0.0..=1.0).contains(&value).then_some(value).ok_or_else(refused)
}

/// A time that was given as one.
pub(super) fn duration(value: Duration) -> Result<Duration, Refused> {
    let range = Duration::from_millis(1)..=Duration::from_millis(MAX_MILLIS);
    let refused = || Refused::showing(&format!("{value:?}"), "from a millisecond to an hour");
    range.contains(&value).then_some(value).ok_or_else(refused)
}
