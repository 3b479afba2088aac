//! A limit of what may happen in a second.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::clock::{self, Ticks};

/// Counts what happens in a second.
pub(super) struct PerSecond {
    most: u32,
    /// How long it is, in ticks.
    second: u64,
    /// The second, and what it has had so far, each in half of the bits.
    counted: AtomicU64,
}

impl PerSecond {
    pub(super) fn new(most: u32) -> PerSecond {
        PerSecond { most, second: clock::ticks_within(1_000_000_000), counted: AtomicU64::new(0) }
    }

    pub(super) fn admits(&self) -> bool {
        self.admits_in(Ticks::now().since(Ticks::NONE) / self.second)
    }

    fn admits_in(&self, second: u64) -> bool {
        let one_more = |counted: u64| {
            let (of, so_far) = (counted >> 32, counted & u64::from(u32::MAX));
            // The counters of two processors may differ a little. One that stepped back further has begun anew, as it may
            // when a machine has slept.
            let is_same = second == of || second + 1 == of;
            let (second, so_far) = if is_same { (of, so_far) } else { (second, 0) };
            (so_far < u64::from(self.most)).then_some((second << 32) | (so_far + 1))
        };
        self.counted.try_update(Relaxed, Relaxed, one_more).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::PerSecond;

    #[test]
    fn a_second_has_its_limit() {
        let limit = PerSecond::new(2);
        assert_eq!(
            [7, 7, 7, 8, 7, 8, 7].map(|second| limit.admits_in(second)),
            [true, true, false, true, true, false, false]
        );
    }

    #[test]
    fn a_counter_that_stepped_back_is_counted_anew() {
        let limit = PerSecond::new(1);
        assert_eq!([100, 100, 99, 3].map(|second| limit.admits_in(second)), [true, false, false, true]);
    }
}
