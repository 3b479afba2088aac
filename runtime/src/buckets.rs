//! The bounds of a histogram's buckets, and which bucket a duration falls into.

use std::sync::OnceLock;

use crate::clock;

/// The most finite bucket bounds that a histogram can have.
pub(crate) const MAX_BOUNDS: usize = 15;

/// The finite upper bounds of a histogram's buckets.
pub(crate) struct Buckets {
    seconds: &'static [f64],
    bounds: OnceLock<Bounds>,
}

impl Buckets {
    /// `seconds` in ascending order, at most [`MAX_BOUNDS`] of them.
    pub(crate) const fn new(seconds: &'static [f64]) -> Buckets {
        assert!(seconds.len() <= MAX_BOUNDS, "more bounds than a cell has buckets");
        Buckets { seconds, bounds: OnceLock::new() }
    }

    /// Of what has no buckets.
    pub(crate) const fn none() -> Buckets {
        Buckets::new(&[])
    }

    /// The finite bounds.
    pub(crate) fn seconds(&self) -> &'static [f64] {
        self.seconds
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.seconds.is_empty()
    }

    /// The buckets of a histogram, the infinite one too.
    pub(crate) fn count(&self) -> usize {
        self.seconds.len() + 1
    }

    /// In the clock's own unit, so that recording a duration takes no arithmetic.
    pub(crate) fn bounds(&self) -> &Bounds {
        self.bounds.get_or_init(|| {
            let ticks = self.seconds.iter().map(|bound| clock::ticks_within(nanos(*bound)));
            Bounds::new(ticks)
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounds are positive and below 2^53 ns"
)]
fn nanos(seconds: f64) -> u64 {
    (seconds * 1e9).round() as u64
}

/// The bounds of buckets in ticks, prepared for the search.
#[derive(Debug)]
pub(crate) struct Bounds {
    ticks: [u64; MAX_BOUNDS + 1],
    /// By the number of leading zeros of a duration: the first bucket that can hold it.
    first: [u8; 65],
}

impl Bounds {
    fn new(finite: impl Iterator<Item = u64>) -> Bounds {
        let mut ticks = [u64::MAX; MAX_BOUNDS + 1];
        for (bound, finite) in ticks.iter_mut().zip(finite) {
            *bound = finite;
        }
        let mut bounds = Bounds { ticks, first: [0; 65] };
        for zeros in 0..=u64::BITS {
            let smallest = 1_u64.checked_shl(63_u32.wrapping_sub(zeros)).unwrap_or(0);
            let first = bounds.search(smallest, 0);
            bounds.first[zeros as usize] = u8::try_from(first).expect("there are sixteen buckets");
        }
        bounds
    }

    /// A bound is inclusive, as Prometheus' `le` is.
    #[inline]
    pub(crate) fn index(&self, ticks: u64) -> usize {
        self.search(ticks, self.first[ticks.leading_zeros() as usize].into())
    }

    #[inline]
    fn search(&self, ticks: u64, mut bucket: usize) -> usize {
        while bucket < MAX_BOUNDS && ticks > self.ticks[bucket] {
            bucket += 1;
        }
        bucket
    }
}

#[cfg(test)]
mod tests {
    use super::Bounds;

    const FINITE: [u64; 5] = [1_000_000, 2_500_000, 5_000_000, 10_000_000, 1_000_000_000];

    #[test]
    fn a_bound_is_inclusive() {
        let bounds = Bounds::new(FINITE.into_iter());
        let at = |ticks| bounds.index(ticks).min(5);
        assert_eq!([0, 1, 1_000_000, 1_000_001].map(at), [0, 0, 0, 1]);
        assert_eq!([2_500_000, 2_500_001, 5_000_000, 9_999_999].map(at), [1, 2, 2, 3]);
        assert_eq!([1_000_000_000, 1_000_000_001, u64::MAX].map(at), [4, 5, 5]);
    }

    #[test]
    fn every_duration_falls_where_a_linear_search_puts_it() {
        let bounds = Bounds::new(FINITE.into_iter());
        for shift in 0..64 {
            for ticks in [(1_u64 << shift) - 1, 1 << shift, (1 << shift) + 1] {
                let expected = FINITE.iter().position(|bound| ticks <= *bound).unwrap_or(5);
                assert_eq!(bounds.index(ticks).min(5), expected, "{ticks} ticks");
            }
        }
    }
}
