//! A trace while its root runs, and how its root ends it.
//!
//! The root's future owns the buffer of its trace and lends it to the thread for the duration of each poll. Spans
//! that open and close within that poll, which is nearly all of them, find the buffer in the thread-local
//! [`ACTIVE`] and need no synchronisation. Spans on other threads go through the trace's slot in the slab.

use std::cell::RefCell;
use std::collections::HashSet;

use crate::collect::{DropReason, TraceHeader};
use crate::core::Core;
use crate::ctx::{Ctx, Entered};
use crate::key::TraceKey;
use crate::record::{AttributeRecord, SpanRecord};
use crate::slab::{self, SlotState};

/// Spans that are kept of one trace by each side, root's thread and others; the rest is counted.
const MAX_SPANS: usize = 10_000;
const MAX_ATTRIBUTES: usize = 4 * MAX_SPANS;

/// Buffers that a thread keeps for the next traces.
const POOLED: usize = 256;
/// A buffer that a long trace made grow past this many spans is not kept.
const POOLED_SPANS: usize = 128;

/// The buffer of a trace that is recorded.
pub(crate) struct OpenTrace {
    key: TraceKey,
    core: &'static Core,
    trace_id: u128,
    /// Opened here less closed here; negative where spans that opened elsewhere closed here.
    open_spans: i64,
    spans: Vec<SpanRecord>,
    attributes: Vec<AttributeRecord>,
}

thread_local! {
    static ACTIVE: RefCell<Option<Box<OpenTrace>>> = const { RefCell::new(None) };
    #[expect(clippy::vec_box, reason = "the boxes are what is recycled")]
    static POOL: RefCell<Vec<Box<OpenTrace>>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` on the buffer of the trace `key` if its root is being polled on this thread.
#[inline]
fn with_active<R>(key: TraceKey, f: impl FnOnce(&mut OpenTrace) -> R) -> Option<R> {
    ACTIVE
        .try_with(|active| match active.borrow_mut().as_deref_mut() {
            Some(trace) if trace.key == key => Some(f(trace)),
            _ => None,
        })
        .ok()
        .flatten()
}

/// Whether a span may open in a recorded trace.
pub(crate) enum Opening {
    Open(&'static Core),
    /// The trace has left the slab.
    Late,
}

/// Counts a span in.
#[inline]
pub(crate) fn open_span(key: TraceKey) -> Opening {
    let here = with_active(key, |trace| {
        trace.open_spans += 1;
        Opening::Open(trace.core)
    });
    here.unwrap_or_else(|| open_elsewhere(key))
}

#[cold]
fn open_elsewhere(key: TraceKey) -> Opening {
    let (Some(mut found), Some(core)) = (slab::find(key), Core::of(key)) else {
        return Opening::Late;
    };
    found.state.open_spans += 1;
    Opening::Open(core)
}

/// Counts a span out and keeps its record.
#[inline]
pub(crate) fn close_span(key: TraceKey, core: &'static Core, record: SpanRecord) {
    let here = with_active(key, |trace| {
        trace.open_spans -= 1;
        keep(&mut trace.spans, record, core);
    });
    if here.is_none() {
        close_elsewhere(key, core, record);
    }
}

fn keep(spans: &mut Vec<SpanRecord>, record: SpanRecord, core: &Core) {
    if spans.len() < MAX_SPANS {
        spans.push(record);
    } else {
        core.collector.count_dropped(DropReason::TraceTooLong, 1);
    }
}

#[cold]
fn close_elsewhere(key: TraceKey, core: &'static Core, record: SpanRecord) {
    let Some(mut found) = slab::find(key) else {
        return core.collector.count_dropped(DropReason::Late, 1);
    };
    found.state.open_spans -= 1;
    if found.state.ended {
        hand_over_late(&mut found.state, core, record);
    } else {
        keep(&mut found.state.spans, record, core);
    }
    found.release();
}

fn hand_over_late(state: &mut SlotState, core: &'static Core, record: SpanRecord) {
    let attributes: Vec<_> =
        state.attributes.extract_if(.., |attribute| attribute.span == record.id).collect();
    let header = TraceHeader { trace_id: state.trace_id.into(), attributes: attributes.len(), spans: 1 };
    core.collector.hand_over(core.handle, header, attributes.into_iter(), std::iter::once(record));
}

/// Keeps an attribute for an open span; it is dropped where the trace is gone or has too many.
pub(crate) fn set_attribute(key: TraceKey, attribute: AttributeRecord) {
    let mut attribute = Some(attribute);
    with_active(key, |trace| keep_attribute(&mut trace.attributes, attribute.take()));
    if attribute.is_some()
        && let Some(mut found) = slab::find(key)
    {
        keep_attribute(&mut found.state.attributes, attribute);
    }
}

fn keep_attribute(attributes: &mut Vec<AttributeRecord>, attribute: Option<AttributeRecord>) {
    if attributes.len() < MAX_ATTRIBUTES {
        attributes.extend(attribute);
    }
}

/// The id of the trace that `key` names, if it can still be found.
pub(crate) fn trace_id(key: TraceKey) -> Option<u128> {
    with_active(key, |trace| trace.trace_id).or_else(|| Some(slab::find(key)?.state.trace_id))
}

impl OpenTrace {
    /// A recycled buffer, or a new one.
    pub(crate) fn new(key: TraceKey, core: &'static Core, trace_id: u128) -> Box<OpenTrace> {
        let pooled = POOL.try_with(|pool| pool.borrow_mut().pop()).ok().flatten();
        if let Some(mut trace) = pooled {
            trace.key = key;
            trace.core = core;
            trace.trace_id = trace_id;
            trace.open_spans = 0;
            return trace;
        }
        Box::new(OpenTrace {
            key,
            core,
            trace_id,
            open_spans: 0,
            spans: Vec::with_capacity(16),
            attributes: Vec::new(),
        })
    }

    /// Ends the trace with its root's record and hands it over whole.
    pub(crate) fn end(mut self: Box<Self>, root: SpanRecord) {
        let (mut spans, mut attributes) = (Vec::new(), Vec::new());
        if let Some(mut found) = slab::find(self.key) {
            let state = &mut *found.state;
            spans = std::mem::take(&mut state.spans);
            attributes = std::mem::take(&mut state.attributes);
            state.open_spans += self.open_spans;
            state.ended = true;
            if state.open_spans > 0 {
                let closed = self.spans.iter().chain(&spans).chain([&root]).map(|span| span.id).collect();
                state.attributes = extract_late(&mut self.attributes, &closed);
                state.attributes.append(&mut extract_late(&mut attributes, &closed));
            }
            found.release();
        }
        let header = TraceHeader {
            trace_id: self.trace_id.into(),
            attributes: self.attributes.len() + attributes.len(),
            spans: self.spans.len() + spans.len() + 1,
        };
        self.core.collector.hand_over(
            self.core.handle,
            header,
            self.attributes.drain(..).chain(attributes),
            self.spans.drain(..).chain(spans).chain([root]),
        );
        self.recycle();
    }

    fn recycle(mut self: Box<Self>) {
        // What a full ring left unread.
        self.spans.clear();
        self.attributes.clear();
        if self.spans.capacity() <= POOLED_SPANS {
            let _torn_down = POOL.try_with(|pool| {
                let mut pool = pool.borrow_mut();
                if pool.len() < POOLED {
                    pool.push(self);
                }
            });
        }
    }
}

/// The attributes of spans that are still open; they stay behind until their spans close.
fn extract_late(attributes: &mut Vec<AttributeRecord>, closed: &HashSet<u64>) -> Vec<AttributeRecord> {
    attributes.extract_if(.., |attribute| !closed.contains(&attribute.span)).collect()
}

/// Makes a trace the thread's own, and its root's context current, until it is dropped.
pub(crate) struct Lent<'t> {
    trace: &'t mut Option<Box<OpenTrace>>,
    _current: Entered,
}

impl<'t> Lent<'t> {
    pub(crate) fn new(trace: &'t mut Option<Box<OpenTrace>>, ctx: Ctx) -> Lent<'t> {
        exchange(trace);
        Lent { trace, _current: Entered::new(ctx) }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        // Polls nest, so what is active now is what this scope lent; it gets back what was active before.
        exchange(self.trace);
    }
}

fn exchange(trace: &mut Option<Box<OpenTrace>>) {
    let _torn_down = ACTIVE.try_with(|active| std::mem::swap(&mut *active.borrow_mut(), trace));
}
