//! Requests at a pace, and how long they took.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use spanweave::Telemetry;

use crate::application::{SPANS_PER_REQUEST, Tasks};

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

/// What was served.
#[derive(Clone, Debug, Default)]
pub struct Served {
    /// How long each request took.
    took: Vec<Duration>,
}

impl Load {
    /// Requests at a pace for so long, none of which panics.
    #[must_use]
    pub fn new(per_second: u32, lasts: Duration) -> Load {
        Load { per_second, lasts, panics: None }
    }

    /// Serves the requests, until the time is over or `stop` says so.
    ///
    /// # Panics
    /// When a thread of the load panics; the application's own panics are caught.
    pub fn run(self, telemetry: Option<&Telemetry>, stop: &AtomicBool) -> Served {
        thread::scope(|scope| {
            let threads: Vec<_> =
                (0..THREADS).map(|_| scope.spawn(|| self.run_thread(telemetry, stop))).collect();
            let served = threads.into_iter().map(|thread| thread.join().expect("a load does not panic"));
            Served { took: served.flatten().collect() }
        })
    }

    fn run_thread(self, telemetry: Option<&Telemetry>, stop: &AtomicBool) -> Vec<Duration> {
        let tasks = Tasks::new();
        let interval = Duration::from_secs(1) * THREADS / self.per_second;
        let start = Instant::now();
        let mut took = Vec::new();
        let mut due = Duration::ZERO;
        while start.elapsed() < self.lasts && !stop.load(Ordering::Relaxed) {
            // One that is behind its pace goes on without a break until it has caught up.
            thread::sleep(due.saturating_sub(start.elapsed()));
            due += interval;
            let number = took.len() as u64;
            let panics = self.panics.is_some_and(|one_in| number.is_multiple_of(one_in));
            let user = if panics { Tasks::OF_WHOM_IT_PANICS } else { number };
            let begun = Instant::now();
            let _panicked = catch_unwind(AssertUnwindSafe(|| tasks.serve(telemetry, user)));
            took.push(begun.elapsed());
        }
        took
    }
}

impl Served {
    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.took.len()
    }

    /// How many spans they made.
    pub fn spans(&self) -> usize {
        self.took.len() * SPANS_PER_REQUEST
    }

    /// 99 of 100 requests took at most this long.
    pub fn p99(&self) -> Duration {
        let mut took = self.took.clone();
        took.sort_unstable();
        took.get(took.len() * 99 / 100).copied().unwrap_or_default()
    }
}
