//! What `runtime/src/trace.rs` and `runtime/src/slab.rs` do with the slot of a trace, and nothing else of them.

use std::sync::Mutex;

use crate::slot::{Locked, Recycle, Slot};

/// The ids of the traces that take the slot one after the other; no two have a half in common.
pub(crate) const IDS: [[u64; 2]; 2] = [[11, 12], [21, 22]];

/// A span, by its name.
pub(crate) type Span = &'static str;

#[derive(Default)]
pub(crate) struct Away {
    open_spans: i64,
    pub(crate) recorded: Vec<Span>,
    /// What the root's end does not ask for.
    pub(crate) left: Option<Span>,
}

impl Recycle for Away {
    fn recycle(&mut self) {
        *self = Away::default();
    }
}

/// What became of a span that was closed away from its root's thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// It is behind the lock, for the root to take.
    Recorded,
    /// Its root had ended, and the trace is exported: it went on its own.
    HandedOver,
    /// Its root had ended, and the trace is not exported.
    LeftOut,
    /// The slot belongs to another trace.
    Forgotten,
}

/// What is observed of a trace, in the order in which it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    RootEnded,
    Closed,
    Freed,
}

/// A slot and what happens to it.
#[derive(Default)]
pub(crate) struct Trace {
    pub(crate) slot: Slot<Away>,
    /// No part of the model: it is not what the threads meet at.
    events: Mutex<Vec<Event>>,
}

impl Trace {
    /// Takes the slot, which must be free.
    pub(crate) fn begin(&self, id: [u64; 2]) -> u32 {
        self.slot.take(id, |generation| generation + 1)
    }

    /// Opens a span away from the root's thread; says whether it is recorded.
    pub(crate) fn open(&self, generation: u32) -> bool {
        let Some(mut trace) = self.slot.lock(generation) else { return false };
        let recorded = !trace.ended() || trace.kept();
        if recorded {
            trace.value().open_spans += 1;
        }
        recorded
    }

    /// Closes a span away from the root's thread; says too whether that has freed the slot.
    pub(crate) fn close(&self, generation: u32, span: Span) -> (Closed, bool) {
        let Some(mut trace) = self.slot.lock(generation) else { return (Closed::Forgotten, false) };
        trace.value().open_spans -= 1;
        self.saw(Event::Closed);
        let closed = match (trace.ended(), trace.kept()) {
            (false, _) => {
                trace.value().recorded.push(span);
                Closed::Recorded
            }
            (true, true) => Closed::HandedOver,
            (true, false) => Closed::LeftOut,
        };
        (closed, self.release(trace))
    }

    /// Ends the root, which has counted `open_spans` itself. Returns what the others have recorded, and whether the
    /// trace is exported, which `decide` decides from that.
    pub(crate) fn end(
        &self,
        generation: u32,
        open_spans: i64,
        decide: impl Fn(&[Span]) -> bool,
    ) -> (Vec<Span>, bool) {
        let kept = decide(&[]);
        if open_spans == 0 && self.slot.end_untouched(generation, kept) {
            self.saw(Event::RootEnded);
            self.saw(Event::Freed);
            return (Vec::new(), kept);
        }
        let mut trace = self.slot.lock(generation).expect("only its root's end lets the slot go");
        let recorded = std::mem::take(&mut trace.value().recorded);
        let kept = kept || decide(&recorded);
        trace.value().open_spans += open_spans;
        trace.end(kept);
        self.saw(Event::RootEnded);
        self.release(trace);
        (recorded, kept)
    }

    fn release(&self, mut trace: Locked<'_, Away>) -> bool {
        let freed = trace.ended() && trace.value().open_spans <= 0 && trace.free();
        if freed {
            drop(trace);
            self.saw(Event::Freed);
        }
        freed
    }

    fn saw(&self, event: Event) {
        self.events.lock().unwrap().push(event);
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }
}
