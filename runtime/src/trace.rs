//! A trace while its root runs.
//!
//! The root's future owns the buffer of its trace and lends it to the thread for the duration of each poll. Spans
//! that open and close within that poll, which is nearly all of them, find the buffer in the thread-local
//! [`ActiveTrace`] and need no synchronisation. Spans on other threads go through the trace's slot in the slab.

mod ending;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;

use crate::buffer::SpanBuffer;
use crate::core::Core;
use crate::ctx::Ctx;
use crate::dropped::DropReason;
use crate::ids;
use crate::key::TraceKey;
use crate::outbox::EndedTrace;
use crate::record::{Note, NoteRecord, Source, SpanRecord};
use crate::slab::{self, Away};
use crate::slot::Locked;
use crate::thread::Thread;
use crate::thread_number;

/// Odd, and far from small numbers: the golden ratio of 2^64.
const ID_STEP: u64 = 0x9E37_79B9_7F4A_7C15;
/// The most buffers of a [`TracePool`].
const POOLED: usize = 256;

/// The buffer of a trace that is recorded.
// Every span writes to it, so two of them, of two threads, must not share a cache line, nor a pair of lines, which
// processors fetch together.
#[repr(align(128))]
pub(crate) struct OpenTrace {
    key: TraceKey,
    core: &'static Core,
    trace_id: u128,
    /// Opened here less closed here; negative where spans that opened elsewhere closed here.
    open_spans: i64,
    /// The id of the span that opened here last.
    last_id: u64,
    buffer: SpanBuffer,
}

/// What a root lends to its thread. Nobody drops it on the way: the root's end takes it.
pub(crate) type Lendable = ManuallyDrop<Option<Box<OpenTrace>>>;

/// Buffers that a thread keeps for its next traces.
pub(crate) struct TracePool(
    #[expect(clippy::vec_box, reason = "the boxes are what is recycled")]
    ManuallyDrop<RefCell<Vec<Box<OpenTrace>>>>,
);

impl TracePool {
    pub(crate) const fn empty() -> TracePool {
        TracePool(ManuallyDrop::new(RefCell::new(Vec::new())))
    }

    fn take(&self) -> Option<Box<OpenTrace>> {
        self.0.borrow_mut().pop()
    }

    fn put(&self, trace: Box<OpenTrace>) {
        let mut pool = self.0.borrow_mut();
        let is_given_back = pool.capacity() > 0 || thread_number::is_given_back();
        if pool.len() < POOLED && is_given_back {
            pool.push(trace);
        }
    }

    /// For a thread that ends.
    pub(crate) fn release_memory(&self) {
        drop(self.0.take());
    }
}

/// The trace whose root is being polled on a thread.
pub(crate) struct ActiveTrace(Cell<Lendable>);

impl ActiveTrace {
    pub(crate) const fn none() -> ActiveTrace {
        ActiveTrace(Cell::new(ManuallyDrop::new(None)))
    }

    /// Runs `f` on the buffer of the trace `key` if that is the one. `f` must not ask for it again.
    #[inline(always)]
    fn with<R>(&self, key: TraceKey, f: impl FnOnce(&mut OpenTrace) -> R) -> Option<R> {
        let mut active = self.0.replace(ManuallyDrop::new(None));
        let result = match active.as_deref_mut() {
            Some(trace) if trace.key == key => Some(f(trace)),
            _ => None,
        };
        self.0.set(active);
        result
    }

    /// Makes a trace the thread's own and returns the one that was; the other way round when the root's part is over.
    #[inline(always)]
    pub(crate) fn exchange(&self, trace: &mut Lendable) {
        *trace = self.0.replace(std::mem::replace(trace, ManuallyDrop::new(None)));
    }

    /// Counts a span in and gives it its id, if this is its trace.
    #[inline(always)]
    pub(crate) fn open_span(&self, key: TraceKey) -> Option<u64> {
        self.with(key, |trace| {
            trace.open_spans += 1;
            // In steps from the root's own, which is random, so that no two of a trace are the same.
            trace.last_id = trace.last_id.wrapping_add(ID_STEP);
            trace.last_id
        })
    }

    /// Counts a span out and keeps its record, if this is its trace and there is room.
    #[inline(always)]
    pub(crate) fn close_span(&self, key: TraceKey, span: impl FnOnce() -> SpanRecord) -> bool {
        let close = |trace: &mut OpenTrace| {
            let room = trace.buffer.has_room();
            if room {
                trace.open_spans -= 1;
                trace.buffer.push(span());
            }
            room
        };
        self.with(key, close) == Some(true)
    }
}

/// [`ActiveTrace::with`], for the trace that is active on this thread.
fn with_active<R>(key: TraceKey, f: impl FnOnce(&mut OpenTrace) -> R) -> Option<R> {
    Thread::with(|thread| thread.active.with(key, f))
}

/// Counts a span in and gives it its id. One whose trace has left the slab is late: it is counted as dropped, and not
/// recorded.
pub(crate) fn open_span(key: TraceKey) -> Option<u64> {
    Thread::with(|thread| thread.active.open_span(key)).or_else(|| open_elsewhere(key).then(ids::next))
}

#[cold]
fn open_elsewhere(key: TraceKey) -> bool {
    if let Some(mut trace) = slab::lock(key) {
        let recorded = !trace.ended() || trace.kept();
        if recorded {
            trace.value().open_spans += 1;
        }
        return recorded;
    }
    // What sampling left out was most likely not kept either.
    if key.is_sampled() {
        count_forgotten(key);
    }
    false
}

/// Counts a span whose trace cannot be found any more.
fn count_forgotten(key: TraceKey) {
    if let Some(core) = Core::of(key) {
        let reason = if key.has_slot() { DropReason::Late } else { DropReason::TooManyTraces };
        core.collector.count_dropped(reason, 1);
    }
}

/// Counts a span out and keeps its record.
pub(crate) fn close_span(key: TraceKey, span: SpanRecord) {
    let here = with_active(key, |trace| {
        trace.open_spans -= 1;
        trace.buffer.push(span);
    });
    if here.is_none() {
        close_elsewhere(key, span);
    }
}

#[cold]
fn close_elsewhere(key: TraceKey, span: SpanRecord) {
    // One that was recorded when it opened belongs to a trace that is kept.
    let Some(mut trace) = slab::lock(key) else { return count_forgotten(key) };
    trace.value().open_spans -= 1;
    if !trace.ended() {
        trace.value().buffer.push(span);
    } else if trace.kept() {
        hand_over_late(&mut trace, key, span);
    }
    slab::release(trace, key);
}

/// Whether no span was opened after this one, as far as this thread can tell.
pub(crate) fn is_last(span: Ctx) -> bool {
    with_active(span.key, |trace| trace.last_id == span.span) == Some(true)
}

/// Counts a span out that leaves nothing behind.
#[cold]
pub(crate) fn abandon_span(span: Ctx) {
    let here = with_active(span.key, |trace| {
        trace.open_spans -= 1;
        drop(trace.buffer.take_notes(|of| of == span.span));
    });
    if here.is_none()
        && let Some(mut trace) = slab::lock(span.key)
    {
        trace.value().open_spans -= 1;
        drop(trace.value().buffer.take_notes(|of| of == span.span));
        slab::release(trace, span.key);
    }
}

/// The span goes on its own, with the notes that waited for it.
fn hand_over_late(trace: &mut Locked<'_, Away>, key: TraceKey, span: SpanRecord) {
    let (Some(trace_id), Some(core)) = (slab::trace_id(key), Core::of(key)) else {
        return count_forgotten(key);
    };
    let buffer = &mut trace.value().buffer.take_notes(|of| of == span.id);
    if let Some(note) = inherited(trace.value(), span.id) {
        buffer.note(note);
    }
    core.collector.hand_over(EndedTrace { trace_id, end: None, root: span, buffer });
}

/// What a span that goes on its own has of its trace, as it has no root beside it.
fn inherited(away: &Away, span: u64) -> Option<NoteRecord> {
    let trace_state = away.carried.as_ref()?.trace_state().clone();
    if trace_state.is_empty() {
        return None;
    }
    NoteRecord::new(span, Note::Source(Box::new(Source { trace_state, ..Source::default() })))
}

/// Keeps what is said of an open span; it is dropped where the trace is gone, was left out, or has too much of it.
pub(crate) fn note(key: TraceKey, note: NoteRecord) {
    let mut note = Some(note);
    with_active(key, |trace| note.take().map(|note| trace.buffer.note(note)));
    if let Some(note) = note
        && let Some(mut trace) = slab::lock(key)
        && (!trace.ended() || (trace.kept() && trace.value().open_spans > 0))
    {
        trace.value().buffer.note(note);
    }
}

/// The id of the trace that `key` names, if it can still be found.
pub(crate) fn trace_id(key: TraceKey) -> Option<u128> {
    with_active(key, |trace| trace.trace_id).or_else(|| slab::trace_id(key))
}

impl OpenTrace {
    /// A recycled buffer, or a new one.
    #[expect(clippy::unnecessary_box_returns, reason = "the box is what is recycled")]
    pub(crate) fn new(root: Ctx, core: &'static Core, trace_id: u128) -> Box<OpenTrace> {
        let Ctx { key, span: last_id } = root;
        let pooled = Thread::with(|thread| thread.pool.take());
        if let Some(mut trace) = pooled {
            trace.key = key;
            trace.core = core;
            trace.trace_id = trace_id;
            trace.open_spans = 0;
            trace.last_id = last_id;
            return trace;
        }
        Box::new(OpenTrace { key, core, trace_id, open_spans: 0, last_id, buffer: SpanBuffer::default() })
    }

    /// Says something of a span that is open.
    pub(crate) fn note(&mut self, note: NoteRecord) {
        self.buffer.note(note);
    }

    fn recycle(self: Box<Self>) {
        Thread::with(|thread| thread.pool.put(self));
    }
}
