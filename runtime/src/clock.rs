//! The processor's time-stamp counter, read raw on the hot path and scaled only where a number is shown.

use std::sync::LazyLock;
#[cfg(target_arch = "x86_64")]
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use quanta::Clock;

static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::new);

/// A raw reading; only differences between two readings mean anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticks(u64);

impl Ticks {
    /// No reading: the start of a span that nobody will ask for its duration.
    pub(crate) const NONE: Ticks = Ticks(0);

    #[inline(always)]
    pub(crate) fn now() -> Ticks {
        Ticks(counter().unwrap_or_else(raw))
    }

    /// [`now`](Ticks::now), if that takes no call of a function; always, where there is no other way.
    #[inline(always)]
    pub(crate) fn now_inline() -> Option<Ticks> {
        if cfg!(target_arch = "x86_64") { counter().map(Ticks) } else { Some(Ticks::now()) }
    }

    /// So many ticks after [`NONE`](Ticks::NONE).
    #[cfg(test)]
    pub(crate) fn at(ticks: u64) -> Ticks {
        Ticks(ticks)
    }

    /// Ticks from `earlier` to `self`; zero where the counter ran backwards between two sockets.
    #[inline]
    pub(crate) fn since(self, earlier: Ticks) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The counter, read where the code stands: `quanta` reads the same one, but not inline, and the code around a call
/// costs as much as the call. `None` until `quanta` was seen to read it.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn counter() -> Option<u64> {
    IS_COUNTER.load(Relaxed).then(time_stamp_counter)
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn counter() -> Option<u64> {
    None
}

/// Whether `quanta`, which knows when the time-stamp counter can be relied on, reads that and not a slower clock.
#[cfg(target_arch = "x86_64")]
static IS_COUNTER: AtomicBool = AtomicBool::new(false);

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn time_stamp_counter() -> u64 {
    #[expect(unsafe_code, reason = "15 of the 200 ns that a request costs; see docs/performance.md")]
    // SAFETY: every x86-64 processor has the instruction, and it touches no memory.
    unsafe {
        std::arch::x86_64::_rdtsc()
    }
}

#[cold]
#[cfg(target_arch = "x86_64")]
fn raw() -> u64 {
    let clock = &*CLOCK;
    let (before, raw, after) = (time_stamp_counter(), clock.raw(), time_stamp_counter());
    // Any other clock counts something else, from another beginning.
    if before <= raw && raw <= after {
        IS_COUNTER.store(true, Relaxed);
    }
    raw
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn raw() -> u64 {
    CLOCK.raw()
}

/// The nanoseconds of a number of ticks, rounded down.
pub(crate) fn nanos(ticks: u64) -> u64 {
    CLOCK.delta_as_nanos(0, ticks)
}

/// The most ticks whose [`nanos`] are not above `most`.
pub(crate) fn ticks_within(most: u64) -> u64 {
    // More than two years of any counter, and still few enough for their nanoseconds to fit.
    let (mut within, mut above) = (0, 1 << 56);
    while above - within > 1 {
        let middle = within + (above - within) / 2;
        if nanos(middle) <= most { within = middle } else { above = middle }
    }
    within
}

/// One moment on both clocks. Taken anew whenever traces are collected, so that neither a drift of the counter nor a
/// stepped wall clock accumulates. All spans that are collected together are dated by the same one: a wall clock that
/// steps back moves them all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    ticks: Ticks,
    wall: SystemTime,
}

impl Anchor {
    pub(crate) fn now() -> Anchor {
        Anchor { ticks: Ticks::now(), wall: SystemTime::now() }
    }

    pub(crate) fn wall(&self, at: Ticks) -> SystemTime {
        let apart = |ticks| Duration::from_nanos(nanos(ticks));
        let wall = if at <= self.ticks {
            self.wall.checked_sub(apart(self.ticks.since(at)))
        } else {
            self.wall.checked_add(apart(at.since(self.ticks)))
        };
        // A clock that was set to the beginning or the end of time has no other.
        wall.unwrap_or(self.wall)
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::{Anchor, Ticks, nanos, ticks_within};

    #[test]
    fn a_clock_that_steps_back_moves_everything_by_as_much() {
        let (start, end) = (Ticks::now(), Ticks::now());
        for wall in [SystemTime::now(), SystemTime::UNIX_EPOCH] {
            let anchor = Anchor { ticks: Ticks::now(), wall };
            assert!(anchor.wall(start) <= anchor.wall(end) && anchor.wall(end) <= wall);
            assert!(anchor.wall(Ticks::NONE) < anchor.wall(start));
            assert!(anchor.wall(Ticks(u64::MAX)) > wall);
        }
    }

    #[test]
    fn a_bound_in_ticks_is_the_last_that_is_within_it() {
        for bound in [1, 1_000, 500_000, 1_000_000_000, 10_000_000_000] {
            let ticks = ticks_within(bound);
            assert!(nanos(ticks) <= bound && nanos(ticks + 1) > bound, "{bound} ns");
        }
    }
}
