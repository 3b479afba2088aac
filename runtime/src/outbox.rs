//! Whole traces that wait for the collecting thread, one behind the other.

use crate::bounded::{self, BoundedVec};
use crate::buffer::{Noticed, SpanBuffer};
use crate::ids;
use crate::record::{NoteRecord, SpanRecord};
use crate::repeated::Repeated;
use crate::telemetry::KeptFor;

/// The most spans, and notes, that wait in one outbox.
const MAX_WAITING: usize = 65_536;
/// An outbox that had to grow past this many spans gives its memory back when it was read.
const RECYCLED: usize = 8_192;

/// The traces that one thread has ended, or all threads that have no outbox of their own.
#[derive(Default)]
pub(crate) struct Outbox {
    traces: BoundedVec<Header>,
    spans: BoundedVec<SpanRecord>,
    notes: BoundedVec<NoteRecord>,
}

/// Which of the spans and notes belong to a trace: the next so many.
struct Header {
    /// In halves, which keeps it at the alignment of a word.
    trace_id: [u64; 2],
    end: Option<TraceEnd>,
    spans: usize,
    notes: usize,
}

/// What the root says of its trace.
#[derive(Clone, Copy)]
pub(crate) struct TraceEnd {
    pub(crate) kept_for: KeptFor,
    /// Of all spans but the root, also of those that were lost.
    pub(crate) noticed: Noticed,
    /// Spans that found no room in the trace's buffer.
    pub(crate) lost: u32,
    pub(crate) repeated: Option<Repeated>,
}

/// A trace that is exported, when its root ends; or a span that ended after its root had.
pub(crate) struct EndedTrace<'b> {
    pub(crate) trace_id: u128,
    pub(crate) end: Option<TraceEnd>,
    pub(crate) root: SpanRecord,
    /// Everything but the root.
    pub(crate) buffer: &'b mut SpanBuffer,
}

impl EndedTrace<'_> {
    pub(crate) fn span_count(&self) -> usize {
        1 + self.buffer.spans().len()
    }
}

/// A trace as the collecting thread reads it. The root comes first.
pub(crate) struct WaitingTrace<'o> {
    pub(crate) trace_id: u128,
    pub(crate) end: Option<TraceEnd>,
    pub(crate) spans: &'o [SpanRecord],
    pub(crate) notes: &'o mut [NoteRecord],
}

impl Outbox {
    /// Takes a whole trace, or none of it; says whether there was room.
    pub(crate) fn put(&mut self, trace: &mut EndedTrace<'_>) -> bool {
        let header = Header {
            trace_id: ids::halves(trace.trace_id),
            end: trace.end,
            spans: trace.span_count(),
            notes: trace.buffer.note_count(),
        };
        let room = self.traces.reserve(1, MAX_WAITING)
            && self.spans.reserve(header.spans, MAX_WAITING)
            && self.notes.reserve(header.notes, MAX_WAITING);
        if room {
            self.traces.push(header, MAX_WAITING);
            self.spans.push(trace.root, MAX_WAITING);
            trace.buffer.move_to(&mut self.spans, &mut self.notes);
        }
        room
    }

    /// The spans that wait.
    pub(crate) fn span_count(&self) -> usize {
        self.spans.len()
    }

    /// The notes that wait.
    pub(crate) fn note_count(&self) -> usize {
        self.notes.len()
    }

    /// The traces, in the order of their ends.
    pub(crate) fn traces(&mut self) -> impl Iterator<Item = WaitingTrace<'_>> {
        let (mut spans, mut notes) = (&*self.spans, &mut *self.notes);
        self.traces.iter().map(move |header| {
            let (own_spans, other_spans) = spans.split_at(header.spans);
            let (own_notes, other_notes) = std::mem::take(&mut notes).split_at_mut(header.notes);
            (spans, notes) = (other_spans, other_notes);
            WaitingTrace {
                trace_id: ids::whole(header.trace_id),
                end: header.end,
                spans: own_spans,
                notes: own_notes,
            }
        })
    }

    /// Forgets what was read; keeps the memory if it is little and there is enough of it.
    pub(crate) fn clear(&mut self) {
        self.traces.clear();
        self.spans.clear();
        self.notes.clear();
        if self.spans.capacity().max(self.notes.capacity()) > RECYCLED || bounded::is_scarce() {
            *self = Outbox::default();
        }
    }
}
