//! What all threads have added to a series, at one moment.

use std::collections::BTreeMap;

use crate::buckets::{Buckets, MAX_BOUNDS};
use crate::clock;
use crate::outcome::Outcome;

/// A series at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) buckets: [u64; MAX_BOUNDS + 1],
    /// Of ticks; of a counter, of what was added.
    pub(crate) sum: u64,
    /// By [`Outcome::index`].
    pub(crate) outcomes: [u64; Outcome::COUNT],
    /// Calls outside any trace.
    pub(crate) untraced: u64,
    /// Calls that ended in an error, by class: as many as `outcomes` has.
    pub(crate) errors: BTreeMap<&'static str, u64>,
}

impl Snapshot {
    pub(crate) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// Adds the calls of another series that has the same buckets; not the classes of their errors.
    #[cfg(feature = "axum")]
    pub(crate) fn add(&mut self, other: &Snapshot) {
        let counts = self.buckets.iter_mut().chain(&mut self.outcomes);
        for (count, more) in counts.zip(other.buckets.iter().chain(&other.outcomes)) {
            *count += more;
        }
        self.sum += other.sum;
    }

    pub(crate) fn sum_seconds(&self) -> f64 {
        std::time::Duration::from_nanos(clock::nanos(self.sum)).as_secs_f64()
    }

    /// Bucket by bucket, not cumulative: the upper bound in seconds and the calls in it.
    pub(crate) fn by_bound(&self, buckets: &Buckets) -> Vec<(f64, u64)> {
        let finite = buckets.seconds();
        let overflow: u64 = self.buckets[finite.len()..].iter().sum();
        let finite = finite.iter().copied().zip(self.buckets);
        finite.chain([(f64::INFINITY, overflow)]).collect()
    }

    /// The upper bound, in seconds, of the bucket that holds the `quantile` of the calls; `None` without calls,
    /// infinite past the last bound.
    pub(crate) fn quantile_bound(&self, buckets: &Buckets, quantile: f64) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a rank is shown, not counted with")]
        let rank = self.count() as f64 * quantile;
        let mut seen = 0;
        self.by_bound(buckets).into_iter().find_map(|(bound, calls)| {
            seen += calls;
            #[expect(clippy::cast_precision_loss, reason = "as above")]
            (calls > 0 && seen as f64 >= rank).then_some(bound)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Snapshot;
    use crate::buckets::Buckets;

    #[test]
    fn a_quantile_is_its_buckets_bound() {
        let buckets = Buckets::new(&[0.001, 0.0025, 0.005, 0.01, 1.0]);
        let mut snapshot = Snapshot::default();
        assert_eq!(snapshot.quantile_bound(&buckets, 0.5), None);
        snapshot.buckets[0] = 99;
        snapshot.buckets[3] = 1;
        assert_eq!(snapshot.quantile_bound(&buckets, 0.5), Some(0.001));
        assert_eq!(snapshot.quantile_bound(&buckets, 1.0), Some(0.01));
        snapshot.buckets[5] = 1;
        assert_eq!(snapshot.quantile_bound(&buckets, 1.0), Some(f64::INFINITY));
    }
}
