//! Histogram cells that no two threads share: every thread adds to its own with plain loads and stores, a scrape
//! adds them up.
//!
//! Under its [number](crate::thread_number) a thread owns one [`Shard`] of every telemetry handle, so a shard has one
//! writer at any time. Threads that have no number of their own share the last shard, with atomic additions.

use std::cell::Cell as ThreadCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parking_lot::Mutex;

use crate::clock;
use crate::outcome::Outcome;
use crate::registry::{MAX_SERIES, SeriesId};
use crate::thread::Thread;
use crate::thread_number;

/// The most finite bucket bounds that a histogram can have.
pub(crate) const MAX_BOUNDS: usize = 15;

const CHUNK: usize = 32;

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

/// One thread's part of one series. What is not counted as ended otherwise has ended well. A counter has calls, and their sum.
#[derive(Default)]
pub(crate) struct Cell {
    /// Of ticks; of a counter, of what was added.
    sum: AtomicU64,
    buckets: [AtomicU64; MAX_BOUNDS + 1],
    not_ok: [AtomicU64; Outcome::COUNT - 1],
}

impl Cell {
    /// Adds one call that has ended well. To be called by the thread that owns the cell's shard.
    #[inline]
    pub(crate) fn record_ok(&self, bounds: &Bounds, ticks: u64) {
        self.record(add_owned, bounds, ticks, Outcome::Ok);
    }

    #[inline]
    fn record(&self, add: impl Fn(&AtomicU64, u64), bounds: &Bounds, ticks: u64, outcome: Outcome) {
        add(&self.sum, ticks);
        add(&self.buckets[bounds.index(ticks)], 1);
        if let Some(not_ok) = outcome.index().checked_sub(1) {
            add(&self.not_ok[not_ok], 1);
        }
    }
}

/// One thread's part of all series of a handle.
pub(crate) struct Shard {
    chunks: [OnceLock<Box<[Cell; CHUNK]>>; MAX_SERIES / CHUNK],
    /// Calls that ended in an error, by class.
    errors: Mutex<Errors>,
}

type Errors = HashMap<(SeriesId, &'static str), u64>;

impl Shard {
    #[cold]
    fn boxed() -> Box<Shard> {
        Box::new(Shard { chunks: [const { OnceLock::new() }; MAX_SERIES / CHUNK], errors: Mutex::default() })
    }

    fn cell(&self, series: SeriesId) -> &Cell {
        let chunk = self.chunks[series.index() / CHUNK].get_or_init(Box::default);
        &chunk[series.index() % CHUNK]
    }

    /// The part of a series that has calls in this shard.
    #[inline]
    pub(crate) fn existing_cell(&self, series: SeriesId) -> Option<&Cell> {
        Some(&self.chunks.get(series.index() / CHUNK)?.get()?[series.index() % CHUNK])
    }

    /// Adds one call to a series: with `add_owned`, by the thread that owns the shard, or with `add_shared`.
    fn record(
        &self,
        add: impl Fn(&AtomicU64, u64),
        series: SeriesId,
        bounds: &Bounds,
        ticks: u64,
        outcome: Outcome,
    ) {
        self.cell(series).record(add, bounds, ticks, outcome);
        if let Outcome::Error(class) = outcome {
            self.count_error(series, class);
        }
    }

    #[cold]
    fn count_error(&self, series: SeriesId, class: &'static str) {
        *self.errors.lock().entry((series, class)).or_default() += 1;
    }
}

/// A telemetry handle's histograms and outcome counters.
pub(crate) struct Histograms {
    shards: [OnceLock<Box<Shard>>; thread_number::COUNT],
}

impl Histograms {
    pub(crate) fn new() -> Histograms {
        Histograms { shards: [const { OnceLock::new() }; thread_number::COUNT] }
    }

    /// Adds one call to a series.
    pub(crate) fn record(
        &'static self,
        handle: u16,
        series: SeriesId,
        bounds: &Bounds,
        ticks: u64,
        outcome: Outcome,
    ) {
        let number = thread_number::current();
        let shard = self.shards[number].get_or_init(Shard::boxed);
        if number == thread_number::SHARED {
            shard.record(add_shared, series, bounds, ticks, outcome);
        } else {
            Thread::with(|thread| thread.shard.0.set(Some((handle, shard))));
            shard.record(add_owned, series, bounds, ticks, outcome);
        }
    }

    /// Adds an amount to a counter.
    pub(crate) fn add(&self, counter: SeriesId, amount: u64) {
        let number = thread_number::current();
        let cell = self.shards[number].get_or_init(Shard::boxed).cell(counter);
        // There is no hurry, so the shard that threads share is no case of its own.
        let _before = cell.sum.update(Relaxed, Relaxed, |sum| sum.saturating_add(amount));
        add_shared(&cell.buckets[0], 1);
    }

    /// The errors of all threads by series and class.
    pub(crate) fn errors(&self) -> BTreeMap<(SeriesId, &'static str), u64> {
        let mut total = BTreeMap::new();
        for shard in self.shards.iter().filter_map(OnceLock::get) {
            for (error, calls) in shard.errors.lock().iter() {
                *total.entry(*error).or_default() += calls;
            }
        }
        total
    }

    /// The sum of all threads' parts of a series.
    pub(crate) fn snapshot(&self, series: SeriesId) -> Snapshot {
        let mut total = Snapshot::default();
        for cell in self.shards.iter().filter_map(|shard| shard.get()?.existing_cell(series)) {
            for (sum, calls) in total.outcomes[1..].iter_mut().zip(&cell.not_ok) {
                *sum += calls.load(Relaxed);
            }
            for (sum, bucket) in total.buckets.iter_mut().zip(&cell.buckets) {
                *sum += bucket.load(Relaxed);
            }
            total.sum = total.sum.saturating_add(cell.sum.load(Relaxed));
        }
        let not_ok: u64 = total.outcomes.iter().sum();
        // A call that is being recorded meanwhile may be in one of the two only.
        total.outcomes[Outcome::Ok.index()] = total.count().saturating_sub(not_ok);
        total
    }
}

/// Only the thread that owns the shard writes to it, so no addition can be lost.
#[inline]
fn add_owned(cell: &AtomicU64, by: u64) {
    cell.store(cell.load(Relaxed).wrapping_add(by), Relaxed);
}

#[inline]
fn add_shared(cell: &AtomicU64, by: u64) {
    cell.fetch_add(by, Relaxed);
}

/// A series at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    buckets: [u64; MAX_BOUNDS + 1],
    /// Of ticks; of a counter, of what was added.
    pub(crate) sum: u64,
    /// By [`Outcome::index`].
    pub(crate) outcomes: [u64; Outcome::COUNT],
}

impl Snapshot {
    pub(crate) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// Adds the calls of another series that has the same buckets.
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
        let overflow: u64 = self.buckets[buckets.seconds.len()..].iter().sum();
        let finite = buckets.seconds.iter().copied().zip(self.buckets);
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

/// The shard that a thread owns of the handle it has used last.
pub(crate) struct OwnShard(ThreadCell<Option<(u16, &'static Shard)>>);

impl OwnShard {
    pub(crate) const fn none() -> OwnShard {
        OwnShard(ThreadCell::new(None))
    }

    /// The shard of this handle, if that is the one.
    #[inline(always)]
    pub(crate) fn of(&self, handle: u16) -> Option<&'static Shard> {
        self.0.get().filter(|(own, _)| *own == handle).map(|(_, shard)| shard)
    }

    /// For a thread that ends.
    pub(crate) fn disown(&self) {
        self.0.set(None);
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Buckets, Histograms};
    use crate::outcome::Outcome;
    use crate::registry::SeriesId;

    const FINITE: [u64; 5] = [1_000_000, 2_500_000, 5_000_000, 10_000_000, 1_000_000_000];

    static BUCKETS: Buckets = Buckets::new(&[0.001, 0.0025, 0.005, 0.01, 1.0]);

    /// A thread finds its shard by the handle, so each test has one of its own.
    fn histograms() -> &'static Histograms {
        Box::leak(Box::new(Histograms::new()))
    }

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

    #[test]
    fn more_threads_than_shards_lose_nothing() {
        let (histograms, series) = (histograms(), SeriesId::for_test(3));
        std::thread::scope(|scope| {
            for _ in 0..200 {
                scope.spawn(|| {
                    for ticks in 0..500 {
                        histograms.record(4_093, series, BUCKETS.bounds(), ticks, Outcome::Cancelled);
                    }
                });
            }
        });
        let total = histograms.snapshot(series);
        assert_eq!((total.count(), total.outcomes), (100_000, [0, 0, 100_000, 0]));
        assert_eq!(total.sum, 200 * (499 * 500 / 2));
    }

    #[test]
    fn a_thread_that_goes_from_handle_to_handle_keeps_them_apart() {
        let [one, other] = [histograms(), histograms()];
        let series = SeriesId::for_test(5);
        for _ in 0..3 {
            one.record(4_091, series, BUCKETS.bounds(), 1, Outcome::Ok);
            other.record(4_090, series, BUCKETS.bounds(), 1, Outcome::Panicked);
            other.record(4_090, series, BUCKETS.bounds(), 1, Outcome::Ok);
        }
        let outcomes = [one, other].map(|histograms| histograms.snapshot(series).outcomes);
        assert_eq!(outcomes, [[3, 0, 0, 0], [3, 0, 0, 3]]);
    }

    #[test]
    fn a_counter_stays_at_the_most_there_is() {
        let (histograms, counter) = (histograms(), SeriesId::for_test(6));
        for amount in [0, u64::MAX - 1, 5] {
            histograms.add(counter, amount);
        }
        std::thread::scope(|scope| scope.spawn(|| histograms.add(counter, 7)).join()).unwrap();
        let total = histograms.snapshot(counter);
        assert_eq!((total.count(), total.sum), (4, u64::MAX));
    }

    #[test]
    fn a_quantile_is_its_buckets_bound() {
        let (histograms, series) = (histograms(), SeriesId::for_test(4));
        let record = |nanos, outcome| {
            let ticks = crate::clock::ticks_within(nanos);
            histograms.record(4_092, series, BUCKETS.bounds(), ticks, outcome);
        };
        for _ in 0..99 {
            record(10, Outcome::Ok);
        }
        record(6_000_000, Outcome::Error("AppError"));
        let total = histograms.snapshot(series);
        assert_eq!(total.quantile_bound(&BUCKETS, 0.5), Some(0.001));
        assert_eq!(total.quantile_bound(&BUCKETS, 1.0), Some(0.01));
        assert_eq!(total.outcomes, [99, 1, 0, 0]);
    }
}
