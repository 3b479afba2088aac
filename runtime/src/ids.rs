//! Random trace and span ids, from a generator that every thread owns.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

thread_local! {
    static STATE: Cell<u64> = const { Cell::new(0) };
}

/// A random number that is not zero, which W3C trace context reserves for "no id".
#[inline]
pub(crate) fn next() -> u64 {
    STATE.with(|state| {
        let mut seed = state.get();
        if seed == 0 {
            seed = entropy();
        }
        // SplitMix64 (Steele, Lea, Flood 2014): one addition and a finaliser.
        let seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        state.set(seed);
        let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)).max(1)
    })
}

/// The operating system's randomness, by way of the standard library's hash keys; they are distinct per call.
#[cold]
fn entropy() -> u64 {
    RandomState::new().hash_one(std::thread::current().id()) | 1
}

pub(crate) fn trace_id() -> u128 {
    whole([next(), next()])
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
