//! Whole traces on their way to the exporters, some hundred spans at a time.

use std::mem::size_of;
use std::ops::Range;

use opentelemetry::Value;

use super::{CHUNK_BYTES, CHUNK_SPANS};
use crate::clock::Anchor;
use crate::outbox::{TraceEnd, WaitingTrace};
use crate::record::{Note, NoteRecord, SpanRecord};

/// Traces that were collected together: what a lane queues, drops and sends. Lanes share it.
///
/// It has at most 512 spans and a mebibyte, or is one trace that has more.
#[derive(Clone)]
pub(crate) struct Chunk {
    pub(super) anchor: Anchor,
    pub(super) traces: Vec<Head>,
    pub(super) spans: Vec<SpanRecord>,
    pub(super) notes: Vec<Said>,
    /// All that it takes in memory, the texts of notes included.
    bytes: usize,
}

/// Which of the spans and notes belong to a trace. Its root comes first.
#[derive(Clone)]
pub(super) struct Head {
    pub(super) trace_id: u128,
    pub(super) end: Option<TraceEnd>,
    pub(super) spans: Range<usize>,
    pub(super) notes: Range<usize>,
}

/// A note of a span; it counts to the lanes' queues.
#[derive(Clone)]
pub(super) struct Said {
    pub(super) span: u64,
    pub(super) note: Note,
}

impl Chunk {
    fn empty() -> Chunk {
        let anchor = Anchor::now();
        Chunk { anchor, traces: Vec::new(), spans: Vec::new(), notes: Vec::new(), bytes: size_of::<Chunk>() }
    }

    pub(super) fn span_count(&self) -> usize {
        self.spans.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Gives back what it does not need.
    fn close(&mut self) {
        self.traces.shrink_to_fit();
        self.spans.shrink_to_fit();
        self.notes.shrink_to_fit();
    }

    /// Adds a trace that takes so many bytes.
    fn add(&mut self, trace: WaitingTrace<'_>, bytes: usize) {
        let WaitingTrace { trace_id, end, spans, notes } = trace;
        self.bytes += bytes;
        let (first_span, first_note) = (self.spans.len(), self.notes.len());
        self.spans.extend_from_slice(spans);
        self.notes.extend(notes.iter_mut().map(taken));
        self.traces.push(Head {
            trace_id,
            end,
            spans: first_span..self.spans.len(),
            notes: first_note..self.notes.len(),
        });
    }
}

/// What a trace takes in a chunk.
fn bytes_of(trace: &WaitingTrace<'_>) -> usize {
    let beside: usize = trace.notes.iter().map(|record| record.note.bytes_beside()).sum();
    size_of::<Head>() + size_of_val(trace.spans) + trace.notes.len() * size_of::<Said>() + beside
}

fn taken(record: &mut NoteRecord) -> Said {
    let nothing = Note::Attribute { key: "", value: Value::Bool(false) };
    Said { span: record.span, note: std::mem::replace(&mut record.note, nothing) }
}

/// Puts traces into chunks, and hands every one that is full to `full`.
pub(super) struct Packing<F: FnMut(Chunk)> {
    chunk: Chunk,
    full: F,
}

impl<F: FnMut(Chunk)> Packing<F> {
    pub(super) fn new(full: F) -> Packing<F> {
        Packing { chunk: Chunk::empty(), full }
    }

    pub(super) fn add(&mut self, trace: WaitingTrace<'_>) {
        let bytes = bytes_of(&trace);
        if self.chunk.span_count() + trace.spans.len() > CHUNK_SPANS || self.chunk.bytes + bytes > CHUNK_BYTES
        {
            self.finish();
        }
        self.chunk.add(trace, bytes);
    }

    /// Hands over what is there.
    pub(super) fn finish(&mut self) {
        if self.chunk.traces.is_empty() {
            return;
        }
        let mut chunk = std::mem::replace(&mut self.chunk, Chunk::empty());
        chunk.close();
        (self.full)(chunk);
    }
}

#[cfg(test)]
pub(super) mod tests;
