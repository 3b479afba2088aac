//! Requests in bursts: half of the time twice the average rate, and nothing in between.

use std::thread;
use std::time::{Duration, Instant};

/// Of every 100 ms the first 50 are a burst, in which each millisecond begins with its share of the requests, made at
/// once. The threads sleep for the rest of it, as the cores are the exporter's, too.
#[derive(Clone, Copy)]
pub struct Bursts {
    /// On average over the whole, so that it is twice as many within a burst.
    pub requests_per_second: u32,
    pub seconds: u32,
    /// They share the requests.
    pub threads: u32,
}

const PERIOD: u32 = 100;
const BURST: u32 = 50;
const TICK: Duration = Duration::from_millis(1);

/// What was made.
pub struct Made {
    pub requests: u64,
    /// The most by which a share was late: a core was somebody else's.
    pub late: Duration,
}

impl Bursts {
    /// Runs the bursts on threads, each of which makes its way to serve so many requests by `worker`.
    pub fn run<W: FnMut(u32)>(self, worker: impl Fn() -> W + Sync) -> Made {
        let start = Instant::now() + TICK;
        let late: Vec<Duration> = thread::scope(|scope| {
            let threads: Vec<_> =
                (0..self.threads).map(|_| scope.spawn(|| self.run_one(start, &mut worker()))).collect();
            threads.into_iter().map(|thread| thread.join().expect("a bench does not panic")).collect()
        });
        let requests = u64::from(self.threads) * u64::from(self.requests_of_one());
        Made { requests, late: late.into_iter().max().unwrap_or_default() }
    }

    fn requests_of_one(self) -> u32 {
        self.requests_per_second * self.seconds / self.threads
    }

    /// Returns by how much it was late.
    fn run_one(self, start: Instant, serve: &mut impl FnMut(u32)) -> Duration {
        let ticks = (0..self.seconds * 1_000).filter(|tick| tick % PERIOD < BURST);
        let shares = u64::from(self.seconds * 1_000 * BURST / PERIOD);
        // The last one brings it to the whole, whatever was rounded before.
        let made_by = |shares_made| u64::from(self.requests_of_one()) * shares_made / shares;
        let mut most = Duration::ZERO;
        for (tick, share) in ticks.zip(0..) {
            let due = start + TICK * tick;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            most = most.max(due.elapsed());
            serve(u32::try_from(made_by(share + 1) - made_by(share)).expect("a share is small"));
        }
        most
    }
}
