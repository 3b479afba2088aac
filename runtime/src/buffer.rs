//! The spans of a trace, and what was said of them, while it waits for its end, bounded per trace and in all.

use crate::bounded::{self, BoundedVec};
use crate::outcome::Outcome;
use crate::record::{NoteRecord, SpanRecord};

/// Spans, and as many notes, that are kept of a trace on each of its sides: the root's thread and the others.
pub(crate) const MAX_PER_TRACE: usize = 20_000;
/// A buffer that a long trace made grow past this many spans gives its memory back at the end.
const RECYCLED: usize = 128;

/// Which outcomes, apart from `ok`, are among some spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Noticed(u8);

impl Noticed {
    #[inline]
    fn notice(&mut self, outcome: Outcome) {
        self.0 |= 1 << outcome.index();
    }

    /// With one more outcome.
    pub(crate) fn and(mut self, outcome: Outcome) -> Noticed {
        self.notice(outcome);
        self
    }

    #[inline]
    pub(crate) fn all_ok(self) -> bool {
        self.0 & !(1 << Outcome::Ok.index()) == 0
    }

    pub(crate) fn has(self, outcome: Outcome) -> bool {
        self.0 & (1 << outcome.index()) != 0
    }
}

/// What was recorded of a trace.
#[derive(Default)]
pub(crate) struct SpanBuffer {
    spans: BoundedVec<SpanRecord>,
    notes: BoundedVec<NoteRecord>,
    noticed: Noticed,
    /// Spans that found no room.
    lost: u32,
}

impl SpanBuffer {
    /// Whether the next span finds room without growing.
    #[inline]
    pub(crate) fn has_room(&self) -> bool {
        self.spans.len() < self.spans.capacity()
    }

    #[inline]
    pub(crate) fn push(&mut self, span: SpanRecord) {
        self.noticed.notice(span.outcome);
        if !self.spans.push(span, MAX_PER_TRACE) {
            self.lost = self.lost.saturating_add(1);
        }
    }

    /// A note for which there is no room is dropped.
    pub(crate) fn note(&mut self, note: NoteRecord) {
        self.notes.push(note, MAX_PER_TRACE);
    }

    pub(crate) fn spans(&self) -> &[SpanRecord] {
        &self.spans
    }

    pub(crate) fn noticed(&self) -> Noticed {
        self.noticed
    }

    pub(crate) fn lost(&self) -> u32 {
        self.lost
    }

    pub(crate) fn note_count(&self) -> usize {
        self.notes.len()
    }

    /// Takes everything from `other`; what finds no room is lost.
    pub(crate) fn append(&mut self, other: &mut SpanBuffer) {
        self.noticed.0 |= other.noticed.0;
        self.lost = self.lost.saturating_add(other.lost);
        if !self.spans.append(&mut other.spans, 2 * MAX_PER_TRACE) {
            let lost = u32::try_from(other.spans.len()).unwrap_or(u32::MAX);
            self.lost = self.lost.saturating_add(lost);
        }
        self.notes.append(&mut other.notes, 2 * MAX_PER_TRACE);
        other.clear();
    }

    /// Takes the notes of spans that are `of` a kind out, into a buffer of their own.
    pub(crate) fn take_notes(&mut self, of: impl Fn(u64) -> bool) -> SpanBuffer {
        let notes = self.notes.extract(|note| of(note.span));
        SpanBuffer { notes, ..SpanBuffer::default() }
    }

    /// Moves everything to the ends of these lists, which have room for it.
    #[inline]
    pub(crate) fn move_to(&mut self, spans: &mut BoundedVec<SpanRecord>, notes: &mut BoundedVec<NoteRecord>) {
        spans.append(&mut self.spans, usize::MAX);
        notes.append(&mut self.notes, usize::MAX);
    }

    /// Forgets everything; keeps the memory if it is little and there is enough of it.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.spans.clear();
        self.notes.clear();
        self.noticed = Noticed::default();
        self.lost = 0;
        if self.spans.capacity().max(self.notes.capacity()) > RECYCLED || bounded::is_scarce() {
            *self = SpanBuffer::default();
        }
    }
}
