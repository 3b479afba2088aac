//! What the requests of a load say of how the application fared.

use std::fmt;
use std::time::Duration;

/// A slow request of a hundred, and the slowest of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// 99 of 100 requests took at most this long.
    pub p99: Duration,
    /// So did all.
    pub most: Duration,
}

impl Latency {
    /// What a machine keeps that is busy with something else, unless somebody waits for the export: an attempt has a second, and
    /// who waited that long once would have many requests behind.
    const UNDISTURBED: Latency =
        Latency { p99: Duration::from_millis(500), most: Duration::from_millis(900) };

    /// Asserts that nobody has waited for the export, where the same requests took so long `without` telemetry: a machine that
    /// is busy with something else keeps those waiting as well. Unoptimised, as with every change, time decides nothing.
    ///
    /// # Panics
    /// When somebody has.
    #[track_caller]
    pub fn assert_undisturbed(self, without: Latency) {
        if cfg!(debug_assertions) {
            return;
        }
        let Latency { p99, most } = Latency::UNDISTURBED;
        let allowed = Latency { p99: p99.max(2 * without.p99), most: most.max(2 * without.most) };
        assert!(self.p99 < allowed.p99 && self.most < allowed.most, "{self}, without telemetry {without}");
    }

    /// As one process says it to another.
    #[must_use]
    pub fn line(self) -> String {
        format!("{} {}", self.p99.as_micros(), self.most.as_micros())
    }

    /// What [`line`](Latency::line) says.
    #[must_use]
    pub fn of_line(line: &str) -> Option<Latency> {
        let mut micros = line.split_whitespace().map(|number| number.parse().map(Duration::from_micros));
        Some(Latency { p99: micros.next()?.ok()?, most: micros.next()?.ok()? })
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p99 {:.1?}, at most {:.1?}", self.p99, self.most)
    }
}
