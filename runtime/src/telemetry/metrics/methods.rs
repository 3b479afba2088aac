//! A handle's methods as a table.

use std::time::Duration;

use super::measured::{self, Measured};
use crate::core::Core;
use crate::names::METHODS;
use crate::snapshot::Snapshot;

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

pub(in crate::telemetry) fn methods(core: &Core) -> Vec<MethodSummary> {
    measured::methods(core).into_iter().map(summary).collect()
}

fn summary(measured: Measured) -> MethodSummary {
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
}

fn bound(snapshot: &Snapshot, quantile: f64) -> Duration {
    let seconds = snapshot.quantile_bound(&METHODS.buckets, quantile).unwrap_or(0.0);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}
