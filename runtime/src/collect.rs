//! The way of finished traces from the threads that end them to the one that exports them.
//!
//! Every thread puts whole traces into an outbox of its own, behind a lock that nobody else asks for but the exporter's
//! thread, for as long as it takes to put an empty outbox in its place: no allocation, no cache line that two writers
//! share. Threads that have no number of their own share one. What finds no room is counted, never waited for.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::alarm::Alarm;
use crate::outbox::{EndedTrace, Outbox};
use crate::thread_number;

/// The exporter is woken where so many spans wait in an outbox.
pub(crate) const WAKE_AT: usize = 2_048;

/// Why spans were dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DropReason {
    /// They started after their trace had left the slab.
    Late,
    /// Their trace had more spans than are kept of one, or there was no memory left for what is recorded.
    TraceTooLong,
    /// Their trace found no slot: the process had more traces open than it can have.
    TooManyTraces,
    /// The exporter did not keep up.
    QueueFull,
    /// The exporter reported an error.
    ExportFailed,
    /// They ended after the telemetry handle was shut down.
    ShutDown,
}

impl DropReason {
    pub(crate) const ALL: [DropReason; 6] = [
        DropReason::Late,
        DropReason::TraceTooLong,
        DropReason::TooManyTraces,
        DropReason::QueueFull,
        DropReason::ExportFailed,
        DropReason::ShutDown,
    ];

    /// The value of the `reason` label.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            DropReason::Late => "late",
            DropReason::TraceTooLong => "trace_too_long",
            DropReason::TooManyTraces => "too_many_traces",
            DropReason::QueueFull => "queue_full",
            DropReason::ExportFailed => "export_failed",
            DropReason::ShutDown => "shut_down",
        }
    }
}

/// A telemetry handle's traces on their way out.
pub(crate) struct Collector {
    /// By the number of the thread.
    outboxes: [OnceLock<Box<Lane>>; thread_number::COUNT],
    /// The exporter's thread sleeps by it.
    pub(crate) alarm: Alarm,
    /// What ends from here on is dropped.
    closed: AtomicBool,
    /// The exporter has looked for the last time.
    finished: AtomicBool,
    pub(crate) exported: AtomicU64,
    dropped: [AtomicU64; DropReason::ALL.len()],
}

/// What two threads have of it must not share a cache line, nor a pair of lines, which processors fetch together.
#[derive(Default)]
#[repr(align(128))]
struct Lane(Mutex<Outbox>);

impl Collector {
    pub(crate) fn new() -> Collector {
        Collector {
            outboxes: [const { OnceLock::new() }; thread_number::COUNT],
            alarm: Alarm::default(),
            closed: AtomicBool::new(false),
            finished: AtomicBool::new(false),
            exported: AtomicU64::new(0),
            dropped: Default::default(),
        }
    }

    /// From here on, what ends is counted as dropped.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// The exporter is gone. What slipped in while it looked for the last time is found by
    /// [`count_leftovers`](Collector::count_leftovers).
    pub(crate) fn finish(&self) {
        self.close();
        self.finished.store(true, Ordering::Release);
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Acquire)
    }

    pub(crate) fn count_dropped(&self, reason: DropReason, spans: usize) {
        self.dropped[reason as usize].fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(crate) fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped[reason as usize].load(Ordering::Relaxed)
    }

    /// Takes a whole trace; leaves its buffer empty.
    pub(crate) fn hand_over(&self, mut trace: EndedTrace<'_>) {
        if self.closed.load(Ordering::Acquire) {
            return self.drop_trace(DropReason::ShutDown, &mut trace);
        }
        let Lane(outbox) = &**self.outboxes[thread_number::current()].get_or_init(Box::default);
        let mut outbox = outbox.lock();
        let taken = outbox.put(&mut trace);
        let waiting = outbox.span_count();
        drop(outbox);
        if waiting >= WAKE_AT {
            self.alarm.ring_for_locked();
        }
        if taken {
            trace.buffer.clear();
        } else {
            self.drop_trace(DropReason::QueueFull, &mut trace);
        }
    }

    #[cold]
    fn drop_trace(&self, reason: DropReason, trace: &mut EndedTrace<'_>) {
        self.count_dropped(reason, trace.span_count());
        trace.buffer.clear();
    }

    /// Those that threads have used.
    fn outboxes(&self) -> impl Iterator<Item = &Mutex<Outbox>> {
        self.outboxes.iter().filter_map(|lane| Some(&lane.get()?.0))
    }

    /// Lets `read` have the traces that have ended by now, one outbox after the other; nothing that ends meanwhile has
    /// to be waited for. Every outbox gets an empty one in its place, the first of them `spare`, which is the last one
    /// afterwards: their memory goes round.
    pub(crate) fn take_ended(&self, spare: &mut Outbox, mut read: impl FnMut(&mut Outbox)) {
        for outbox in self.outboxes() {
            std::mem::swap(&mut *outbox.lock(), spare);
            read(spare);
            spare.clear();
        }
    }

    /// Counts what arrived after the exporter had looked for the last time as dropped. Called before the numbers are
    /// read, so that they are exact once the threads that end traces have stopped.
    pub(crate) fn count_leftovers(&self) {
        if self.is_finished() {
            let count = |outbox: &mut Outbox| self.count_dropped(DropReason::ShutDown, outbox.span_count());
            self.take_ended(&mut Outbox::default(), count);
        }
    }

    /// Gives the memory of the outboxes back. For a handle that nobody can ask any more.
    pub(crate) fn release_memory(&self) {
        for outbox in self.outboxes() {
            *outbox.lock() = Outbox::default();
        }
    }
}
