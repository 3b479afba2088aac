//! A trace while its root runs, and how its root ends it.
//!
//! The root's future owns the buffer of its trace and lends it to the thread for the duration of each poll. Spans
//! that open and close within that poll, which is nearly all of them, find the buffer in the thread-local
//! [`ACTIVE`] and need no synchronisation. Spans on other threads go through the trace's slot in the slab.

use std::cell::RefCell;
use std::collections::HashSet;
use std::mem::ManuallyDrop;

use crate::collect::{DropReason, Item};
use crate::core::Core;
use crate::key::TraceKey;
use crate::record::{AttributeRecord, SpanRecord};
use crate::slab::{self, SlotState};

/// Spans and attributes that each side of a trace keeps, the root's thread and the others; the rest is counted.
const MAX_ITEMS: usize = 20_000;

/// Buffers that a thread keeps for the next traces.
const POOLED: usize = 256;
/// A buffer that a long trace made grow past this many items is not kept, here or in a slot.
pub(crate) const POOLED_ITEMS: usize = 128;

/// The buffer of a trace that is recorded.
pub(crate) struct OpenTrace {
    key: TraceKey,
    core: &'static Core,
    trace_id: u128,
    /// Opened here less closed here; negative where spans that opened elsewhere closed here.
    open_spans: i64,
    items: Vec<Item>,
}

thread_local! {
    /// Without a destructor, so that reaching it costs nothing: what is lent is always taken back.
    static ACTIVE: RefCell<ManuallyDrop<Option<Box<OpenTrace>>>> = const { RefCell::new(ManuallyDrop::new(None)) };
    #[expect(clippy::vec_box, reason = "the boxes are what is recycled")]
    static POOL: RefCell<Vec<Box<OpenTrace>>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` on the buffer of the trace `key` if its root is being polled on this thread.
#[inline]
fn with_active<R>(key: TraceKey, f: impl FnOnce(&mut OpenTrace) -> R) -> Option<R> {
    ACTIVE.with_borrow_mut(|active| match active.as_deref_mut() {
        Some(trace) if trace.key == key => Some(f(trace)),
        _ => None,
    })
}

/// Counts a span in. One whose trace has left the slab is late: it is counted as dropped, and not recorded.
#[inline]
pub(crate) fn open_span(key: TraceKey) -> bool {
    let here = with_active(key, |trace| trace.open_spans += 1);
    here.is_some() || open_elsewhere(key)
}

#[cold]
fn open_elsewhere(key: TraceKey) -> bool {
    if let Some(mut found) = slab::find(key) {
        found.state.open_spans += 1;
        return true;
    }
    if let Some(core) = Core::of(key) {
        let reason = if key.has_slot() { DropReason::Late } else { DropReason::TooManyTraces };
        core.collector.count_dropped(reason, 1);
    }
    false
}

/// Counts a span out and keeps its record.
#[inline]
pub(crate) fn close_span(key: TraceKey, core: &'static Core, record: SpanRecord) {
    let here = with_active(key, |trace| {
        trace.open_spans -= 1;
        keep(&mut trace.items, record, core);
    });
    if here.is_none() {
        close_elsewhere(key, core, record);
    }
}

#[inline]
fn keep(items: &mut Vec<Item>, record: SpanRecord, core: &Core) {
    if items.len() < MAX_ITEMS {
        items.push(Item::Span(record));
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
        keep(&mut found.state.items, record, core);
    }
    found.release();
}

/// The span goes on its own, with the attributes that waited for it.
fn hand_over_late(state: &mut SlotState, core: &'static Core, record: SpanRecord) {
    let mut items = extract_attributes(&mut state.items, |span| span == record.id);
    items.push(Item::Span(record));
    core.collector.enqueue(state.trace_id, &mut items);
}

fn extract_attributes(items: &mut Vec<Item>, of: impl Fn(u64) -> bool) -> Vec<Item> {
    items.extract_if(.., |item| matches!(item, Item::Attribute(attribute) if of(attribute.span))).collect()
}

/// Keeps an attribute for an open span; it is dropped where the trace is gone or has too many.
pub(crate) fn set_attribute(key: TraceKey, attribute: AttributeRecord) {
    let mut item = Some(Item::Attribute(attribute));
    with_active(key, |trace| keep_attribute(&mut trace.items, item.take()));
    if item.is_some()
        && let Some(mut found) = slab::find(key)
    {
        keep_attribute(&mut found.state.items, item);
    }
}

fn keep_attribute(items: &mut Vec<Item>, attribute: Option<Item>) {
    if items.len() < MAX_ITEMS {
        items.extend(attribute);
    }
}

/// The id of the trace that `key` names, if it can still be found.
pub(crate) fn trace_id(key: TraceKey) -> Option<u128> {
    with_active(key, |trace| trace.trace_id).or_else(|| Some(slab::find(key)?.state.trace_id))
}

impl OpenTrace {
    /// A recycled buffer, or a new one.
    #[expect(clippy::unnecessary_box_returns, reason = "the box is what is recycled")]
    pub(crate) fn new(key: TraceKey, core: &'static Core, trace_id: u128) -> Box<OpenTrace> {
        let pooled = POOL.try_with(|pool| pool.borrow_mut().pop()).ok().flatten();
        if let Some(mut trace) = pooled {
            trace.key = key;
            trace.core = core;
            trace.trace_id = trace_id;
            trace.open_spans = 0;
            return trace;
        }
        Box::new(OpenTrace { key, core, trace_id, open_spans: 0, items: Vec::with_capacity(16) })
    }

    /// Ends the trace with its root's record and hands it over whole.
    pub(crate) fn end(mut self: Box<Self>, root: SpanRecord) {
        self.items.push(Item::Span(root));
        if let Some(mut found) = slab::find(self.key) {
            let state = &mut *found.state;
            self.items.append(&mut state.items);
            slab::shrink(&mut state.items);
            state.open_spans += self.open_spans;
            state.ended = true;
            if state.open_spans > 0 {
                state.items = self.attributes_of_open_spans();
            }
            found.release();
        }
        self.core.collector.hand_over(self.core.handle, self.trace_id, &mut self.items);
        self.recycle();
    }

    /// They stay behind until their spans close.
    #[cold]
    fn attributes_of_open_spans(&mut self) -> Vec<Item> {
        let closed: HashSet<u64> = self.items.iter().filter_map(closed_span).collect();
        extract_attributes(&mut self.items, |span| !closed.contains(&span))
    }

    fn recycle(self: Box<Self>) {
        if self.items.capacity() <= POOLED_ITEMS {
            let _torn_down = POOL.try_with(|pool| {
                let mut pool = pool.borrow_mut();
                if pool.len() < POOLED {
                    pool.push(self);
                }
            });
        }
    }
}

fn closed_span(item: &Item) -> Option<u64> {
    match item {
        Item::Span(record) => Some(record.id),
        Item::Trace(_) | Item::Attribute(_) => None,
    }
}

/// Makes a trace the thread's own and returns the one that was; the other way round when the root's part is over.
pub(crate) fn exchange_active(trace: &mut Option<Box<OpenTrace>>) {
    ACTIVE.with_borrow_mut(|active| std::mem::swap(&mut **active, trace));
}
