//! The way of finished traces from the threads that end them to the one that collects them.
//!
//! Every thread puts whole traces into an outbox of its own, behind a lock that nobody else asks for but the collecting
//! thread, for as long as it takes to put an empty outbox in its place: no allocation, no cache line that two writers
//! share. Threads that have no number of their own share one. What finds no room is counted, never waited for.

use crate::alarm::Alarm;
use crate::bounded;
use crate::dropped::{DropCounts, DropReason};
use crate::handover::HandOver;
use crate::outbox::{EndedTrace, Outbox};
use crate::thread_number;

/// The collecting thread is woken where so many spans wait in an outbox,
pub(crate) const WAKE_AT: usize = 2_048;
/// or so many notes.
const WAKE_AT_NOTES: usize = 8_192;

/// A telemetry handle's traces on their way out.
pub(crate) struct Collector {
    /// By the number of the thread.
    outboxes: HandOver<Outbox, { thread_number::COUNT }>,
    /// The collecting thread sleeps by it.
    pub(crate) alarm: Alarm,
    /// What was lost before any exporter could have had it.
    pub(crate) dropped: DropCounts,
}

impl Collector {
    pub(crate) fn new() -> Collector {
        Collector { outboxes: HandOver::new(), alarm: Alarm::default(), dropped: DropCounts::default() }
    }

    /// From here on, what ends is counted as dropped.
    pub(crate) fn close(&self) {
        self.outboxes.close();
    }

    /// Nobody collects any more. What slipped in while it was looked for the last time is found by
    /// [`count_leftovers`](Collector::count_leftovers).
    pub(crate) fn finish(&self) {
        self.outboxes.finish();
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.outboxes.is_finished()
    }

    pub(crate) fn count_dropped(&self, reason: DropReason, spans: usize) {
        self.dropped.add(reason, spans);
    }

    /// Takes a whole trace; leaves its buffer empty.
    pub(crate) fn hand_over(&self, mut trace: EndedTrace<'_>) {
        // Texts can take all memory there is before they are many.
        let fills_memory = trace.buffer.note_count() > 0 && bounded::is_scarce();
        let put = |outbox: &mut Outbox| {
            let taken = outbox.put(&mut trace);
            (taken, outbox.span_count() >= WAKE_AT || outbox.note_count() >= WAKE_AT_NOTES)
        };
        let Some((taken, is_full)) = self.outboxes.put(thread_number::current(), put) else {
            return self.drop_trace(DropReason::ShutDown, &mut trace);
        };
        if is_full || fills_memory || !taken {
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

    /// Lets `read` have the traces that have ended by now, one outbox after the other; nothing that ends meanwhile has
    /// to be waited for. Every outbox gets an empty one in its place, the first of them `spare`, which is the last one
    /// afterwards: their memory goes round.
    pub(crate) fn take_ended(&self, spare: &mut Outbox, mut read: impl FnMut(&mut Outbox)) {
        self.outboxes.take(spare, |outbox| {
            read(outbox);
            outbox.clear();
        });
    }

    /// Counts what arrived after the outboxes had been emptied for the last time as dropped. Called before the numbers are
    /// read, so that they are exact once the threads that end traces have stopped.
    pub(crate) fn count_leftovers(&self) {
        if self.is_finished() {
            let count = |outbox: &mut Outbox| self.count_dropped(DropReason::ShutDown, outbox.span_count());
            self.take_ended(&mut Outbox::default(), count);
        }
    }

    /// Gives the memory of the outboxes back. For a handle that nobody can ask any more.
    pub(crate) fn release_memory(&self) {
        self.outboxes.take(&mut Outbox::default(), |outbox| *outbox = Outbox::default());
    }
}
