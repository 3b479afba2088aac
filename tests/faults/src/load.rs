//! Requests at a pace, and how long they took.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use spanweave::Telemetry;

use crate::application::{SPANS_PER_REQUEST, Tasks};
use crate::latency::Latency;

const THREADS: u32 = 2;

/// Requests from two threads.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Requests a second, of both threads together.
    pub per_second: u32,
    /// How long they come.
    pub lasts: Duration,
    /// One in so many panics.
    pub panics: Option<u64>,
}

/// How far a load has come, for others to see; and its end, for others to say.
#[derive(Debug, Default)]
pub struct Progress {
    stopped: AtomicBool,
    requests: AtomicUsize,
}

/// What was served.
#[derive(Clone, Debug, Default)]
pub struct Served {
    /// How long each request took, for each thread.
    took: Vec<Vec<Duration>>,
}

impl Load {
    /// Requests at a pace for so long, none of which panics.
    #[must_use]
    pub fn new(per_second: u32, lasts: Duration) -> Load {
        Load { per_second, lasts, panics: None }
    }

    /// How many requests are to come in all.
    #[must_use]
    pub fn requests(self) -> usize {
        self.per_second as usize * usize::try_from(self.lasts.as_millis()).unwrap_or(usize::MAX) / 1_000
    }

    /// Serves the requests, until the time is over or somebody stops them.
    ///
    /// # Panics
    /// When a thread of the load panics; the application's own panics are caught.
    pub fn run(self, telemetry: Option<&Telemetry>, progress: &Progress) -> Served {
        let tasks = Tasks::new();
        self.run_with(progress, |user| {
            tasks.serve(telemetry, user);
        })
    }

    /// [`run`](Load::run), with other requests: each is that of a user.
    ///
    /// # Panics
    /// As `run`.
    pub fn run_with(self, progress: &Progress, serve: impl Fn(u64) + Sync) -> Served {
        let serve = &serve;
        thread::scope(|scope| {
            let threads: Vec<_> =
                (0..THREADS).map(|_| scope.spawn(move || self.run_thread(progress, serve))).collect();
            let took = threads.into_iter().map(|thread| thread.join().expect("a load does not panic"));
            Served { took: took.collect() }
        })
    }

    fn run_thread(self, progress: &Progress, serve: impl Fn(u64)) -> Vec<Duration> {
        let interval = Duration::from_secs(1) * THREADS / self.per_second;
        let start = Instant::now();
        // Memory that the load takes is not to be mistaken for the telemetry's.
        let mut took = Vec::with_capacity(self.requests() / THREADS as usize + 1);
        let mut due = Duration::ZERO;
        while start.elapsed() < self.lasts && !progress.is_stopped() {
            // One that is behind its pace goes on without a break until it has caught up.
            thread::sleep(due.saturating_sub(start.elapsed()));
            let number = took.len() as u64;
            let panics = self.panics.is_some_and(|one_in| number.is_multiple_of(one_in));
            let user = if panics { Tasks::OF_WHOM_IT_PANICS } else { number };
            let _panicked = catch_unwind(AssertUnwindSafe(|| serve(user)));
            // Since it was due: a request that comes late, because one before it took long, has waited as well.
            took.push(start.elapsed().saturating_sub(due));
            progress.requests.fetch_add(1, Relaxed);
            due += interval;
        }
        took
    }
}

impl Progress {
    /// How many requests were served so far.
    pub fn requests(&self) -> usize {
        self.requests.load(Relaxed)
    }

    /// No more requests come.
    pub fn stop(&self) {
        self.stopped.store(true, Relaxed);
    }

    /// Whether they were [stopped](Progress::stop).
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Relaxed)
    }
}

impl Served {
    /// Adds what was served later.
    pub fn add(&mut self, later: Served) {
        self.took.extend(later.took);
    }

    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.took.iter().map(Vec::len).sum()
    }

    /// How many spans they made.
    pub fn spans(&self) -> usize {
        self.requests() * SPANS_PER_REQUEST
    }

    /// How many bytes it takes itself.
    pub fn bytes(&self) -> usize {
        self.requests() * size_of::<Duration>()
    }

    /// How long the requests took.
    pub fn latency(&self) -> Latency {
        let mut took = self.took.concat();
        took.sort_unstable();
        let at = |index: usize| took.get(index).copied().unwrap_or_default();
        Latency { p99: at(took.len() * 99 / 100), most: at(took.len().saturating_sub(1)) }
    }
}
