//! Histogram cells that no two threads share: every thread adds to its own with plain loads and stores, a scrape
//! adds them up.
//!
//! A thread holds a number while it lives ([`NUMBER`]); under that number it owns one [`Shard`] of every telemetry
//! handle. Numbers are handed back at thread exit under a lock, so a shard has one writer at any time. Threads past
//! [`OWNED_SHARDS`] share the last shard, with atomic additions.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parking_lot::Mutex;

use crate::outcome::Outcome;
use crate::registry::{MAX_SERIES, SeriesId};

/// The most finite bucket bounds that a histogram can have.
pub(crate) const MAX_BOUNDS: usize = 15;

const OWNED_SHARDS: usize = 128;
const CHUNK: usize = 32;

/// The finite upper bounds of a histogram's buckets.
pub(crate) struct Buckets {
    seconds: &'static [f64],
    nanos: [u64; MAX_BOUNDS + 1],
    /// By the number of leading zeros of a duration: the first bucket that can hold it.
    first: [u8; 65],
}

impl Buckets {
    /// `seconds` in ascending order, at most [`MAX_BOUNDS`] of them.
    pub(crate) const fn new(seconds: &'static [f64]) -> Buckets {
        assert!(seconds.len() <= MAX_BOUNDS, "more bounds than a cell has buckets");
        let mut nanos = [u64::MAX; MAX_BOUNDS + 1];
        let mut bound = 0;
        while bound < seconds.len() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "bounds are positive and below 2^53 ns"
            )]
            let rounded = (seconds[bound] * 1e9 + 0.5) as u64;
            nanos[bound] = rounded;
            bound += 1;
        }
        Buckets { seconds, nanos, first: first_buckets(&nanos) }
    }

    /// A bound is inclusive, as Prometheus' `le` is.
    #[inline]
    fn index(&self, nanos: u64) -> usize {
        let mut bucket = self.first[nanos.leading_zeros() as usize] as usize;
        while bucket < MAX_BOUNDS && nanos > self.nanos[bucket] {
            bucket += 1;
        }
        bucket
    }
}

const fn first_buckets(nanos: &[u64; MAX_BOUNDS + 1]) -> [u8; 65] {
    let mut first = [0_u8; 65];
    let mut zeros = 0;
    while zeros <= 64 {
        let smallest: u64 = if zeros == 64 { 0 } else { 1 << (63 - zeros) };
        let mut bucket = 0_u8;
        while (bucket as usize) < MAX_BOUNDS && smallest > nanos[bucket as usize] {
            bucket += 1;
        }
        first[zeros] = bucket;
        zeros += 1;
    }
    first
}

/// One thread's part of one series.
#[derive(Default)]
struct Cell {
    buckets: [AtomicU64; MAX_BOUNDS + 1],
    sum_nanos: AtomicU64,
    outcomes: [AtomicU64; Outcome::COUNT],
}

impl Cell {
    #[inline]
    fn record(&self, add: impl Fn(&AtomicU64, u64), buckets: &Buckets, nanos: u64, outcome: Outcome) {
        add(&self.buckets[buckets.index(nanos)], 1);
        add(&self.sum_nanos, nanos);
        add(&self.outcomes[outcome.index()], 1);
    }
}

struct Shard {
    chunks: [OnceLock<Box<[Cell; CHUNK]>>; MAX_SERIES / CHUNK],
}

impl Shard {
    #[cold]
    fn boxed() -> Box<Shard> {
        Box::new(Shard { chunks: [const { OnceLock::new() }; MAX_SERIES / CHUNK] })
    }

    #[inline]
    fn cell(&self, series: SeriesId) -> &Cell {
        let chunk = self.chunks[series.index() / CHUNK].get_or_init(Box::default);
        &chunk[series.index() % CHUNK]
    }

    fn existing_cell(&self, series: SeriesId) -> Option<&Cell> {
        Some(&self.chunks[series.index() / CHUNK].get()?[series.index() % CHUNK])
    }
}

/// A telemetry handle's histograms and outcome counters.
pub(crate) struct Histograms {
    shards: [OnceLock<Box<Shard>>; OWNED_SHARDS + 1],
}

impl Histograms {
    pub(crate) fn new() -> Histograms {
        Histograms { shards: [const { OnceLock::new() }; OWNED_SHARDS + 1] }
    }

    /// Adds one call to a series.
    #[inline]
    pub(crate) fn record(&self, series: SeriesId, buckets: &Buckets, nanos: u64, outcome: Outcome) {
        let number = thread_number();
        match self.shards.get(number) {
            Some(shard) if number < OWNED_SHARDS => {
                shard.get_or_init(Shard::boxed).cell(series).record(add_owned, buckets, nanos, outcome);
            }
            _ => self.record_shared(series, buckets, nanos, outcome),
        }
    }

    #[cold]
    fn record_shared(&self, series: SeriesId, buckets: &Buckets, nanos: u64, outcome: Outcome) {
        let shard = self.shards[OWNED_SHARDS].get_or_init(Shard::boxed);
        shard.cell(series).record(add_shared, buckets, nanos, outcome);
    }

    /// The sum of all threads' parts of a series.
    pub(crate) fn snapshot(&self, series: SeriesId) -> Snapshot {
        let mut total = Snapshot::default();
        for cell in self.shards.iter().filter_map(|shard| shard.get()?.existing_cell(series)) {
            for (sum, bucket) in total.buckets.iter_mut().zip(&cell.buckets) {
                *sum += bucket.load(Relaxed);
            }
            total.sum_nanos += cell.sum_nanos.load(Relaxed);
            for (sum, calls) in total.outcomes.iter_mut().zip(&cell.outcomes) {
                *sum += calls.load(Relaxed);
            }
        }
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
    sum_nanos: u64,
    /// By [`Outcome::index`].
    pub(crate) outcomes: [u64; Outcome::COUNT],
}

impl Snapshot {
    pub(crate) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    pub(crate) fn sum_seconds(&self) -> f64 {
        std::time::Duration::from_nanos(self.sum_nanos).as_secs_f64()
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

/// The numbers of the threads that have recorded something and are alive.
static NUMBERS: Mutex<Numbers> = Mutex::new(Numbers { free: Vec::new(), next: 0 });

struct Numbers {
    free: Vec<usize>,
    next: usize,
}

/// Hands this thread's number back when the thread ends.
struct ThreadNumber(usize);

impl ThreadNumber {
    fn take() -> ThreadNumber {
        let mut numbers = NUMBERS.lock();
        let number = numbers.free.pop().unwrap_or_else(|| {
            numbers.next += 1;
            numbers.next - 1
        });
        ThreadNumber(number)
    }
}

impl Drop for ThreadNumber {
    fn drop(&mut self) {
        // What the thread records from here on, in other destructors, goes to the shared shard.
        SHARD.set(OWNED_SHARDS);
        NUMBERS.lock().free.push(self.0);
    }
}

const UNKNOWN: usize = usize::MAX;

thread_local! {
    /// Without a destructor of its own, so that reading it costs one instruction.
    static SHARD: std::cell::Cell<usize> = const { std::cell::Cell::new(UNKNOWN) };
    static NUMBER: ThreadNumber = ThreadNumber::take();
}

/// The index of the calling thread's shard.
#[inline]
fn thread_number() -> usize {
    match SHARD.get() {
        UNKNOWN => choose_shard(),
        known => known,
    }
}

#[cold]
fn choose_shard() -> usize {
    let shard = NUMBER.try_with(|number| number.0.min(OWNED_SHARDS)).unwrap_or(OWNED_SHARDS);
    SHARD.set(shard);
    shard
}

#[cfg(test)]
mod tests {
    use super::{Buckets, Histograms};
    use crate::outcome::Outcome;
    use crate::registry::SeriesId;

    static BUCKETS: Buckets = Buckets::new(&[0.001, 0.0025, 0.005, 0.01, 1.0]);

    #[test]
    fn a_bound_is_inclusive() {
        let at = |nanos| BUCKETS.index(nanos).min(5);
        assert_eq!([0, 1, 1_000_000, 1_000_001].map(at), [0, 0, 0, 1]);
        assert_eq!([2_500_000, 2_500_001, 5_000_000, 9_999_999].map(at), [1, 2, 2, 3]);
        assert_eq!([1_000_000_000, 1_000_000_001, u64::MAX].map(at), [4, 5, 5]);
    }

    #[test]
    fn every_duration_falls_where_a_linear_search_puts_it() {
        let bounds = [1_000_000_u64, 2_500_000, 5_000_000, 10_000_000, 1_000_000_000];
        for shift in 0..64 {
            for nanos in [(1_u64 << shift) - 1, 1 << shift, (1 << shift) + 1] {
                let expected = bounds.iter().position(|bound| nanos <= *bound).unwrap_or(5);
                assert_eq!(BUCKETS.index(nanos).min(5), expected, "{nanos} ns");
            }
        }
    }

    #[test]
    fn more_threads_than_shards_lose_nothing() {
        let histograms = Histograms::new();
        let series = SeriesId::for_test(3);
        std::thread::scope(|scope| {
            for _ in 0..200 {
                scope.spawn(|| {
                    for nanos in 0..500 {
                        histograms.record(series, &BUCKETS, nanos, Outcome::Cancelled);
                    }
                });
            }
        });
        let total = histograms.snapshot(series);
        assert_eq!((total.count(), total.outcomes), (100_000, [0, 0, 100_000, 0]));
        assert_eq!(total.sum_nanos, 200 * (499 * 500 / 2));
    }

    #[test]
    fn a_quantile_is_its_buckets_bound() {
        let histograms = Histograms::new();
        let series = SeriesId::for_test(4);
        for _ in 0..99 {
            histograms.record(series, &BUCKETS, 10, Outcome::Ok);
        }
        histograms.record(series, &BUCKETS, 6_000_000, Outcome::Error("AppError"));
        let total = histograms.snapshot(series);
        assert_eq!(total.quantile_bound(&BUCKETS, 0.5), Some(0.001));
        assert_eq!(total.quantile_bound(&BUCKETS, 1.0), Some(0.01));
        assert_eq!(total.outcomes, [99, 1, 0, 0]);
    }
}
