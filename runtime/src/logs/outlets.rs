//! Where a handle's log lines go, and how many got there.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::queue::Queue;
#[cfg(feature = "otlp-logs")]
use super::records::Records;

/// Why a log line was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineDrop {
    /// Whoever reads the lines did not keep up.
    QueueFull,
    /// It could not be written: the disk is full, or nobody reads any more.
    WriteFailed,
}

impl LineDrop {
    pub(crate) const ALL: [LineDrop; 2] = [LineDrop::QueueFull, LineDrop::WriteFailed];

    /// The value of the `reason` label.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            LineDrop::QueueFull => "queue_full",
            LineDrop::WriteFailed => "write_failed",
        }
    }
}

/// The queues of a handle's log layers, and the counts of all of them.
#[derive(Default)]
pub(crate) struct Outlets {
    queues: Mutex<Vec<Weak<Queue>>>,
    /// Whether there is, or was, a queue: every request asks.
    are_used: AtomicBool,
    written: AtomicU64,
    dropped: [AtomicU64; LineDrop::ALL.len()],
    #[cfg(feature = "otlp-logs")]
    pub(crate) records: Records,
}

impl Outlets {
    pub(super) fn add(&self, queue: &Arc<Queue>) {
        self.queues.lock().push(Arc::downgrade(queue));
        self.are_used.store(true, Relaxed);
    }

    /// Whether the handle writes, or has written, a log.
    pub(crate) fn are_used(&self) -> bool {
        self.are_used.load(Relaxed)
    }

    /// Waits until what was logged by now is written; says whether `timeout` was enough.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        let started = Instant::now();
        let left = || timeout.saturating_sub(started.elapsed());
        let lines = self.flush_lines(left);
        #[cfg(feature = "otlp-logs")]
        // What does not take them may have been logged.
        let lines = self.records.flush(left()) & self.flush_lines(left) && lines;
        lines
    }

    /// Each queue is asked, also where another took too long.
    fn flush_lines(&self, left: impl Fn() -> Duration) -> bool {
        let queues = self.queues.lock().clone();
        queues.iter().filter_map(Weak::upgrade).filter(|queue| !queue.flush(left())).count() == 0
    }

    /// What waits to be written, and what is on its way.
    pub(crate) fn queued_bytes(&self) -> usize {
        let queues = self.queues.lock().clone();
        queues.iter().filter_map(Weak::upgrade).map(|queue| queue.bytes()).sum()
    }

    pub(super) fn count_written(&self) {
        self.written.fetch_add(1, Relaxed);
    }

    pub(super) fn count_dropped(&self, reason: LineDrop) {
        self.dropped[reason as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn written(&self) -> u64 {
        self.written.load(Relaxed)
    }

    pub(crate) fn dropped(&self, reason: LineDrop) -> u64 {
        self.dropped[reason as usize].load(Relaxed)
    }
}
