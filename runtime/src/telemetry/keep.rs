//! Which traces are kept although sampling left them out, decided when their root ends.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::buffer::Noticed;
use crate::clock::{self, Ticks};
use crate::outcome::Outcome;

const SLOW: Duration = Duration::from_secs(1);
const PER_SECOND: u32 = 100;

/// Which traces are kept although sampling left them out: those that failed, and those that were slow.
///
/// By default a trace is kept if it holds an error, a panic or a cancellation, or took longer than a second, and at
/// most 100 traces a second are. A response of 500 or more is an error.
///
/// It is decided when the root ends, from what this process has seen of the trace; until then the spans of every trace
/// wait in memory. Another service that the trace went through has made its own decision: what was left out there
/// is not brought back.
///
/// ```
/// use std::time::Duration;
///
/// use spanweave::{Keep, Telemetry};
///
/// let keep = Keep::nothing().errors(true).slower_than(Duration::from_millis(300)).per_second(20);
/// let telemetry = Telemetry::builder().sampling_ratio(0.01).keep(keep).build()?;
/// # Ok::<(), spanweave::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "rules do nothing until a handle is built with them"]
pub struct Keep {
    errors: bool,
    panics: bool,
    cancellations: bool,
    slower_than: Option<Duration>,
    per_second: u32,
}

impl Default for Keep {
    fn default() -> Keep {
        Keep::nothing().errors(true).panics(true).cancellations(true).slower_than(SLOW)
    }
}

impl Keep {
    /// No rule: sampling alone decides, at the start of a trace, and a trace that is left out costs the least.
    pub fn nothing() -> Keep {
        Keep { errors: false, panics: false, cancellations: false, slower_than: None, per_second: PER_SECOND }
    }

    /// Whether to keep traces in which a call returned an `Err`.
    pub fn errors(mut self, keep: bool) -> Keep {
        self.errors = keep;
        self
    }

    /// Whether to keep traces in which a call panicked.
    pub fn panics(mut self, keep: bool) -> Keep {
        self.panics = keep;
        self
    }

    /// Whether to keep traces in which a call was cancelled.
    pub fn cancellations(mut self, keep: bool) -> Keep {
        self.cancellations = keep;
        self
    }

    /// Keeps traces whose root took longer.
    pub fn slower_than(mut self, threshold: Duration) -> Keep {
        self.slower_than = Some(threshold);
        self
    }

    /// The most traces that are kept by these rules in a second; 100 by default.
    pub fn per_second(mut self, most: u32) -> Keep {
        self.per_second = most;
        self
    }

    fn keeps_any(&self) -> bool {
        let Keep { errors, panics, cancellations, slower_than, per_second } = self;
        (*errors || *panics || *cancellations || slower_than.is_some()) && *per_second > 0
    }
}

/// Why a trace is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeptFor {
    /// It was sampled when it started.
    Sampled,
    Panic,
    Error,
    Cancellation,
    Slowness,
}

impl KeptFor {
    /// The value of the root's attribute, if it needs one.
    pub(crate) const fn label(self) -> Option<&'static str> {
        match self {
            KeptFor::Sampled => None,
            KeptFor::Panic => Some("panic"),
            KeptFor::Error => Some("error"),
            KeptFor::Cancellation => Some("cancellation"),
            KeptFor::Slowness => Some("slow"),
        }
    }
}

/// The rules of a handle, at work.
pub(crate) struct Keeping {
    rules: Keep,
    /// Whether a trace can be kept at all.
    pub(crate) keeps_any: bool,
    slow_ticks: u64,
    limit: PerSecond,
}

impl Keeping {
    pub(crate) fn new(rules: Keep) -> Keeping {
        let nanos = |threshold: Duration| u64::try_from(threshold.as_nanos()).unwrap_or(u64::MAX);
        let slow_ticks =
            rules.slower_than.map_or(u64::MAX, |threshold| clock::ticks_within(nanos(threshold)));
        Keeping { limit: PerSecond::new(rules.per_second), keeps_any: rules.keeps_any(), rules, slow_ticks }
    }

    /// Whether a trace that was left out is kept, by its spans' outcomes and its root's duration.
    #[inline]
    pub(crate) fn decide(&self, noticed: Noticed, ticks: u64) -> Option<KeptFor> {
        if noticed.all_ok() && ticks <= self.slow_ticks {
            return None;
        }
        self.reason(noticed, ticks).filter(|_| self.limit.admits())
    }

    #[cold]
    fn reason(&self, noticed: Noticed, ticks: u64) -> Option<KeptFor> {
        if self.rules.panics && noticed.has(Outcome::Panicked) {
            Some(KeptFor::Panic)
        } else if self.rules.errors && noticed.has(Outcome::Error("")) {
            Some(KeptFor::Error)
        } else if self.rules.cancellations && noticed.has(Outcome::Cancelled) {
            Some(KeptFor::Cancellation)
        } else {
            (ticks > self.slow_ticks).then_some(KeptFor::Slowness)
        }
    }
}

/// Counts what happens in a second.
struct PerSecond {
    most: u32,
    /// How long it is, in ticks.
    second: u64,
    /// The second, and what it has had so far, each in half of the bits.
    counted: AtomicU64,
}

impl PerSecond {
    fn new(most: u32) -> PerSecond {
        PerSecond { most, second: clock::ticks_within(1_000_000_000), counted: AtomicU64::new(0) }
    }

    fn admits(&self) -> bool {
        self.admits_in(Ticks::now().since(Ticks::NONE) / self.second)
    }

    fn admits_in(&self, second: u64) -> bool {
        let one_more = |counted: u64| {
            let (of, so_far) = (counted >> 32, counted & u64::from(u32::MAX));
            let so_far = if of == second { so_far } else { 0 };
            (so_far < u64::from(self.most)).then_some((second << 32) | (so_far + 1))
        };
        self.counted.try_update(Relaxed, Relaxed, one_more).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Keep, Keeping, KeptFor, PerSecond};
    use crate::buffer::Noticed;
    use crate::outcome::Outcome;

    fn reason(rules: Keep, outcomes: &[Outcome], took: Duration) -> Option<KeptFor> {
        let noticed = outcomes.iter().fold(Noticed::default(), |noticed, outcome| noticed.and(*outcome));
        let nanos = u64::try_from(took.as_nanos()).unwrap();
        Keeping::new(rules).decide(noticed, crate::clock::ticks_within(nanos) + 1)
    }

    const QUICK: Duration = Duration::from_millis(10);

    #[test]
    fn by_default_what_failed_or_was_slow_is_kept() {
        let kept = |outcomes: &[Outcome], took| reason(Keep::default(), outcomes, took);
        assert_eq!(kept(&[Outcome::Ok], QUICK), None);
        assert_eq!(kept(&[Outcome::Ok, Outcome::Error("AppError")], QUICK), Some(KeptFor::Error));
        assert_eq!(kept(&[Outcome::Cancelled], QUICK), Some(KeptFor::Cancellation));
        assert_eq!(kept(&[Outcome::Error("AppError"), Outcome::Panicked], QUICK), Some(KeptFor::Panic));
        assert_eq!(kept(&[Outcome::Ok], Duration::from_secs(1)), Some(KeptFor::Slowness));
        assert_eq!(kept(&[Outcome::Ok], Duration::from_millis(999)), None);
    }

    #[test]
    fn a_rule_that_is_off_keeps_nothing() {
        let all = [Outcome::Error("AppError"), Outcome::Panicked, Outcome::Cancelled];
        assert_eq!(reason(Keep::nothing(), &all, Duration::from_mins(1)), None);
        assert!(!Keeping::new(Keep::nothing()).keeps_any);
        assert!(!Keeping::new(Keep::default().per_second(0)).keeps_any);
        assert_eq!(reason(Keep::nothing().cancellations(true), &all, QUICK), Some(KeptFor::Cancellation));
    }

    #[test]
    fn a_second_has_its_limit() {
        let limit = PerSecond::new(2);
        assert_eq!(
            [7, 7, 7, 8, 8, 8].map(|second| limit.admits_in(second)),
            [true, true, false, true, true, false]
        );
    }
}
