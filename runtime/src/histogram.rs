//! Histogram cells that no two threads share: every thread adds to its own with plain loads and stores, a scrape
//! adds them up.
//!
//! Under its [number](crate::thread_number) a thread owns one [`Shard`] of every telemetry handle, so a shard has one
//! writer at any time. Threads that have no number of their own share the last shard, with atomic additions.

use std::cell::Cell as ThreadCell;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parking_lot::Mutex;

use crate::buckets::{Bounds, MAX_BOUNDS};
use crate::outcome::Outcome;
use crate::registry::{MAX_SERIES, SeriesId};
use crate::snapshot::Snapshot;
use crate::thread::Thread;
use crate::thread_number;

const CHUNK: usize = 32;

/// One thread's part of one series. What is not counted as ended otherwise has ended well. A counter has calls, and their sum.
#[derive(Default)]
pub(crate) struct Cell {
    /// Of ticks; of a counter, of what was added.
    sum: AtomicU64,
    buckets: [AtomicU64; MAX_BOUNDS + 1],
    not_ok: [AtomicU64; Outcome::COUNT - 1],
    /// Of these calls, those outside any trace.
    untraced: AtomicU64,
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
    /// Calls that ended in an error, by class. The lock is held while any call is added that has not ended well, and while
    /// a cell is read, so that such a call is in all of its counts or in none: one that is not among the errors yet would
    /// be counted as ended well, and taken back by the next scrape.
    errors: Mutex<Errors>,
}

type Errors = BTreeMap<(SeriesId, &'static str), u64>;

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
        match outcome {
            Outcome::Ok => self.cell(series).record(add, bounds, ticks, outcome),
            _ => self.record_not_ok(add, series, bounds, ticks, outcome),
        }
    }

    #[cold]
    fn record_not_ok(
        &self,
        add: impl Fn(&AtomicU64, u64),
        series: SeriesId,
        bounds: &Bounds,
        ticks: u64,
        outcome: Outcome,
    ) {
        let cell = self.cell(series);
        let mut errors = self.errors.lock();
        cell.record(add, bounds, ticks, outcome);
        if let Outcome::Error(class) = outcome {
            *errors.entry((series, class)).or_default() += 1;
        }
    }

    /// Adds what the shard has of a series.
    fn add_to(&self, total: &mut Snapshot, series: SeriesId) {
        let Some(cell) = self.existing_cell(series) else { return };
        let errors = self.errors.lock();
        for (sum, calls) in total.outcomes[1..].iter_mut().zip(&cell.not_ok) {
            *sum += calls.load(Relaxed);
        }
        for (sum, bucket) in total.buckets.iter_mut().zip(&cell.buckets) {
            *sum += bucket.load(Relaxed);
        }
        total.sum = total.sum.saturating_add(cell.sum.load(Relaxed));
        total.untraced += cell.untraced.load(Relaxed);
        for ((_, class), calls) in errors.range((series, "")..).take_while(|((of, _), _)| *of == series) {
            *total.errors.entry(class).or_default() += calls;
        }
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

    /// Counts a call that was [recorded](Histograms::record) as one outside any trace.
    pub(crate) fn count_untraced(&self, series: SeriesId) {
        let shard = self.shards[thread_number::current()].get_or_init(Shard::boxed);
        add_shared(&shard.cell(series).untraced, 1);
    }

    /// Adds an amount to a counter.
    pub(crate) fn add(&self, counter: SeriesId, amount: u64) {
        let number = thread_number::current();
        let cell = self.shards[number].get_or_init(Shard::boxed).cell(counter);
        // There is no hurry, so the shard that threads share is no case of its own.
        let _before = cell.sum.update(Relaxed, Relaxed, |sum| sum.saturating_add(amount));
        add_shared(&cell.buckets[0], 1);
    }

    /// The sum of all threads' parts of a series.
    pub(crate) fn snapshot(&self, series: SeriesId) -> Snapshot {
        let mut total = Snapshot::default();
        for shard in self.shards.iter().filter_map(OnceLock::get) {
            shard.add_to(&mut total, series);
        }
        let not_ok: u64 = total.outcomes.iter().sum();
        total.outcomes[Outcome::Ok.index()] = total.count() - not_ok;
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
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    use super::Histograms;
    use crate::buckets::Buckets;
    use crate::outcome::Outcome;
    use crate::registry::SeriesId;

    static BUCKETS: Buckets = Buckets::new(&[0.001, 0.0025, 0.005, 0.01, 1.0]);

    /// A thread finds its shard by the handle, so each test has one of its own.
    fn histograms() -> &'static Histograms {
        Box::leak(Box::new(Histograms::new()))
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
    fn a_scrape_amid_failures_finds_no_call_that_ended_well() {
        let (histograms, series) = (histograms(), SeriesId::for_test(7));
        let done = AtomicBool::new(false);
        let fail = || {
            while !done.load(Relaxed) {
                for outcome in [Outcome::Error("AppError"), Outcome::Cancelled] {
                    histograms.record(4_089, series, BUCKETS.bounds(), 1, outcome);
                }
            }
        };
        let is_odd = |_: &u32| {
            let total = histograms.snapshot(series);
            let [ok, errors, _, _] = total.outcomes;
            ok != 0 || errors != total.errors.values().sum::<u64>()
        };
        let odd = std::thread::scope(|scope| {
            scope.spawn(fail);
            let odd = (0..50_000).find(is_odd);
            done.store(true, Relaxed);
            odd
        });
        assert_eq!(odd, None);
    }
}
