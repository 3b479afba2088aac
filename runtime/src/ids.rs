//! Random trace and span ids, from a generator that every thread owns.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

use crate::thread::Thread;

/// `SplitMix64` (Steele, Lea, Flood 2014): a counter and a finaliser. The step is the thread's own as well, so that no two
/// threads, of this process or of others, walk the same sequence.
pub(crate) struct Generator {
    state: Cell<u64>,
    /// Odd; 0 before the first number.
    step: Cell<u64>,
}

/// A random number that is not zero, which W3C trace context reserves for "no id".
pub(crate) fn next() -> u64 {
    let [id] = Thread::with(|thread| thread.ids.take());
    id
}

#[inline]
fn mix(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ (mixed >> 31)).max(1)
}

impl Generator {
    pub(crate) const fn unseeded() -> Generator {
        Generator { state: Cell::new(0), step: Cell::new(0) }
    }

    /// So many of [`next`].
    #[inline]
    pub(crate) fn take<const MANY: usize>(&self) -> [u64; MANY] {
        if self.step.get() == 0 {
            self.seed();
        }
        let (mut state, step) = (self.state.get(), self.step.get());
        let ids = std::array::from_fn(|_| {
            state = state.wrapping_add(step);
            mix(state)
        });
        self.state.set(state);
        ids
    }

    #[cold]
    fn seed(&self) {
        // The operating system's randomness, by way of the standard library's hash keys.
        let random = |salt: u64| RandomState::new().hash_one((std::thread::current().id(), salt));
        self.state.set(random(1));
        self.step.set(random(2) | 1);
    }
}

/// A trace id in two halves, the higher first.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower half is what the second cast keeps")]
pub(crate) const fn halves(id: u128) -> [u64; 2] {
    [(id >> 64) as u64, id as u64]
}

#[inline]
pub(crate) fn whole([high, low]: [u64; 2]) -> u128 {
    (u128::from(high) << 64) | u128::from(low)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn ids_are_distinct_within_and_across_threads() {
        let threads: Vec<_> = (0..4)
            .map(|_| std::thread::spawn(|| (0..1_000).map(|_| super::next()).collect::<Vec<_>>()))
            .collect();
        let ids: Vec<u64> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 4_000);
        assert!(!ids.contains(&0));
    }
}
