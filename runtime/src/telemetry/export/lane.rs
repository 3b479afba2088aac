//! The way to one exporter, which no other exporter can block: its queue, its end, and what became of its spans.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use prometheus_client::metrics::histogram::Histogram;

use super::chunk::Chunk;
use super::cutoff::Cutoff;
use super::exporter::{Answer, ErasedExporter};
use super::queue::{End, Load, Pause, Queue, Rested};
use crate::dropped::{DropCounts, DropReason};

/// The upper bounds, in seconds, of how long an attempt takes.
const ATTEMPT_SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0];

/// One exporter's lane. It lives as long as its handle's core, so that its counters can be read at any time.
pub(crate) struct Lane {
    /// The value of the `exporter` label.
    pub(crate) name: String,
    pub(crate) exported: AtomicU64,
    pub(crate) dropped: DropCounts,
    pub(crate) attempts: Attempts,
    pub(super) queue: Queue,
    pub(super) cutoff: Cutoff,
}

/// The attempts to export a batch.
pub(crate) struct Attempts {
    /// By result, as in [`RESULTS`](Attempts::RESULTS).
    counts: [AtomicU64; Attempts::RESULTS.len()],
    pub(crate) seconds: Histogram,
}

impl Attempts {
    const RESULTS: [&'static str; 3] = ["ok", "retry", "refused"];

    fn new() -> Attempts {
        Attempts { counts: Default::default(), seconds: Histogram::new(ATTEMPT_SECONDS) }
    }

    pub(super) fn count(&self, answer: &Answer, took: Duration) {
        let result = match answer {
            Answer::Taken { .. } => 0,
            Answer::Retry { .. } => 1,
            Answer::Refused { .. } => 2,
        };
        self.counts[result].fetch_add(1, Relaxed);
        self.seconds.observe(took.as_secs_f64());
    }

    /// How often each result was had.
    pub(crate) fn by_result(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Attempts::RESULTS.into_iter().zip(self.counts.iter().map(|count| count.load(Relaxed)))
    }
}

impl Lane {
    /// A lane for each exporter. Those of one name are numbered from the second on.
    pub(super) fn of_all(exporters: &[Box<dyn ErasedExporter>], most_bytes: usize) -> Box<[Lane]> {
        let mut lanes: Vec<Lane> = Vec::new();
        for exporter in exporters {
            let name = exporter.name();
            let names =
                std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name}_{number}")));
            let is_free = |name: &String| lanes.iter().all(|lane| lane.name != *name);
            lanes.extend(names.into_iter().find(is_free).map(|name| Lane::new(name, most_bytes)));
        }
        lanes.into()
    }

    pub(super) fn new(name: String, most_bytes: usize) -> Lane {
        Lane {
            name,
            exported: AtomicU64::new(0),
            dropped: DropCounts::default(),
            attempts: Attempts::new(),
            queue: Queue::new(most_bytes),
            cutoff: Cutoff::default(),
        }
    }

    /// What waits, and what is on its way.
    pub(crate) fn load(&self) -> Load {
        self.queue.load()
    }

    pub(super) fn push(&self, chunk: Arc<Chunk>) {
        self.dropped.add(DropReason::QueueFull, self.queue.push(chunk));
    }

    /// Whoever waits for this lane waits no longer than until `at`. The latest one holds.
    pub(super) fn come_to_an_end(&self, at: Instant) {
        self.cutoff.set(at);
        self.queue.wake();
    }

    pub(super) fn rest(&self, pause: Pause) -> Rested {
        self.queue.rest(pause, &self.cutoff)
    }

    pub(super) fn count(&self, spans: usize, fate: Fate) {
        match fate {
            Fate::Taken { rejected } => {
                let rejected = rejected.min(spans);
                self.exported.fetch_add((spans - rejected) as u64, Relaxed);
                self.dropped.add(DropReason::Rejected, rejected);
            }
            Fate::Dropped(reason) => self.dropped.add(reason, spans),
        }
    }

    /// The spans for which there was no time, and those that are still held.
    pub(super) fn not_sent(&self) -> u64 {
        let dropped = [DropReason::Unanswered, DropReason::ShutDown].map(|reason| self.dropped.of(reason));
        dropped.into_iter().sum::<u64>() + self.load().spans as u64
    }

    /// How it has ended, if it has.
    pub(super) fn ended(&self) -> Option<End> {
        self.queue.ended()
    }
}

/// What has become of a batch in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Taken { rejected: usize },
    Dropped(DropReason),
}
