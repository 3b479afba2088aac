//! The processor's time-stamp counter, read raw on the hot path and scaled only where a number is shown.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use quanta::Clock;

static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::new);

/// A raw reading; only differences between two readings mean anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticks(u64);

impl Ticks {
    #[inline]
    pub(crate) fn now() -> Ticks {
        Ticks(CLOCK.raw())
    }

    /// Nanoseconds from `earlier` to `self`; zero where the counter ran backwards between two sockets.
    #[inline]
    pub(crate) fn nanos_since(self, earlier: Ticks) -> u64 {
        CLOCK.delta_as_nanos(earlier.0, self.0)
    }
}

/// One moment on both clocks. Taken anew for every batch that is exported, so that neither a drift of the
/// counter nor a stepped wall clock accumulates.
pub(crate) struct Anchor {
    ticks: Ticks,
    wall: SystemTime,
}

impl Anchor {
    pub(crate) fn now() -> Anchor {
        Anchor { ticks: Ticks::now(), wall: SystemTime::now() }
    }

    pub(crate) fn wall(&self, at: Ticks) -> SystemTime {
        if at <= self.ticks {
            self.wall - Duration::from_nanos(self.ticks.nanos_since(at))
        } else {
            self.wall + Duration::from_nanos(at.nanos_since(self.ticks))
        }
    }
}
