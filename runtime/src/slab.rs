//! The slab of traces: where a [`Ctx`](crate::Ctx), which is a number, finds its trace from any thread.
//!
//! A slot outlives the root of its trace: for as long as spans are open in it, and after that until its turn in the
//! queue of free slots comes. Until then it remembers the trace's id, so that what spawned work ends or starts after
//! the root still belongs to the trace. Then the slot's generation goes up, and older contexts no longer find it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicU64};

use parking_lot::{Mutex, MutexGuard};

use crate::collect::Item;
use crate::ids;
use crate::key::TraceKey;
use crate::trace::POOLED_ITEMS;

const CHUNK: usize = 256;
const CHUNKS: usize = TraceKey::SLOTS / CHUNK;

/// A free slot waits behind at least this many others, which leaves late work its time.
const QUEUE_MIN: usize = 256;
/// A thread that frees more slots than it takes passes the surplus on.
const QUEUE_MAX: usize = 2 * QUEUE_MIN;

static SLOTS: [OnceLock<Box<[Slot]>>; CHUNKS] = [const { OnceLock::new() }; CHUNKS];
static SHARED: Mutex<Shared> = Mutex::new(Shared { free: VecDeque::new(), chunks: 0 });

/// A trace, as other threads than the one that polls its root see it.
#[derive(Default)]
pub(crate) struct Slot {
    /// Goes up when a new trace takes the slot, which takes no lock: whoever holds the lock checks it.
    generation: AtomicU32,
    trace_id: [AtomicU64; 2],
    state: Mutex<SlotState>,
}

#[derive(Default)]
pub(crate) struct SlotState {
    /// The trace that the rest speaks of; what an older one left behind is cleared by the next to lock the slot.
    generation: u32,
    pub(crate) trace_id: u128,
    /// Whether the root has ended and handed its trace over.
    pub(crate) ended: bool,
    /// Spans that opened and have not closed. While the root runs, those that it counts itself are not in it.
    pub(crate) open_spans: i64,
    /// Whether the slot was given back.
    free: bool,
    /// What other threads recorded while the root ran.
    pub(crate) items: Vec<Item>,
}

/// A slot that a new trace has taken.
pub(crate) struct Taken {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

/// Takes a slot for a new trace; `None` when there are [`TraceKey::SLOTS`] open ones.
#[inline]
pub(crate) fn take(trace_id: u128) -> Option<Taken> {
    let index = next_free()?;
    let slot = slot(index);
    // A free slot has one owner, this thread; only contexts of older traces still point to it.
    let generation = TraceKey::next_generation(slot.generation.load(Relaxed));
    slot.generation.store(generation, Relaxed);
    for (half, value) in slot.trace_id.iter().zip(ids::halves(trace_id)) {
        half.store(value, Relaxed);
    }
    Some(Taken { index, generation })
}

/// The trace that `key` names, locked; `None` when its slot belongs to another trace by now.
///
/// A context with the slot's new generation came from the thread that took the slot, so whoever has one also sees
/// what that thread wrote. A context of an older trace may find it a moment longer, and then be forgotten.
pub(crate) fn find(key: TraceKey) -> Option<Found> {
    if !key.has_slot() {
        return None;
    }
    let slot = slot(key.slot());
    let mut state = slot.state.lock();
    if slot.generation.load(Relaxed) != key.generation() {
        return None;
    }
    if state.generation != key.generation() {
        let items = std::mem::take(&mut state.items);
        *state =
            SlotState { generation: key.generation(), trace_id: slot.trace_id(), ..SlotState::default() };
        state.items = items;
        state.items.clear();
        shrink(&mut state.items);
    }
    Some(Found { index: key.slot(), state })
}

/// Gives back what a long trace made a slot's empty buffer grow to.
pub(crate) fn shrink(items: &mut Vec<Item>) {
    if items.capacity() > POOLED_ITEMS {
        *items = Vec::new();
    }
}

impl Slot {
    fn trace_id(&self) -> u128 {
        ids::whole([0, 1].map(|half| self.trace_id[half].load(Relaxed)))
    }
}

/// A trace in its slot.
pub(crate) struct Found {
    index: u32,
    pub(crate) state: MutexGuard<'static, SlotState>,
}

impl Found {
    /// Lets go of the trace, and of the slot too where nothing is left to wait for.
    pub(crate) fn release(mut self) {
        if self.state.ended && self.state.open_spans <= 0 && !self.state.free {
            self.state.free = true;
            drop(self.state);
            free(self.index);
        }
    }
}

fn slot(index: u32) -> &'static Slot {
    let index = index as usize;
    let chunk = SLOTS[index / CHUNK].get_or_init(|| (0..CHUNK).map(|_| Slot::default()).collect());
    &chunk[index % CHUNK]
}

#[derive(Default)]
struct Shared {
    free: VecDeque<u32>,
    chunks: usize,
}

/// The free slots of one thread, oldest first; handed back when the thread ends.
struct LocalQueue(VecDeque<u32>);

impl Drop for LocalQueue {
    fn drop(&mut self) {
        SHARED.lock().free.extend(self.0.drain(..));
    }
}

thread_local! {
    static LOCAL: RefCell<LocalQueue> = const { RefCell::new(LocalQueue(VecDeque::new())) };
}

fn next_free() -> Option<u32> {
    LOCAL
        .try_with(|local| {
            let queue = &mut local.borrow_mut().0;
            if queue.len() <= QUEUE_MIN {
                refill(queue);
            }
            queue.pop_front()
        })
        .unwrap_or_else(|_| SHARED.lock().free.pop_front())
}

/// Adds a chunk's worth of slots: from what other threads freed, else new ones.
#[cold]
fn refill(queue: &mut VecDeque<u32>) {
    let mut shared = SHARED.lock();
    if shared.free.len() < QUEUE_MIN && shared.chunks < CHUNKS {
        let start = shared.chunks * CHUNK;
        shared.chunks += 1;
        queue.extend((start..start + CHUNK).filter_map(|index| u32::try_from(index).ok()));
    } else {
        let count = shared.free.len().min(CHUNK);
        queue.extend(shared.free.drain(..count));
    }
}

fn free(index: u32) {
    let kept = LOCAL.try_with(|local| {
        let queue = &mut local.borrow_mut().0;
        queue.push_back(index);
        if queue.len() > QUEUE_MAX {
            SHARED.lock().free.extend(queue.drain(..QUEUE_MIN));
        }
    });
    if kept.is_err() {
        SHARED.lock().free.push_back(index);
    }
}

/// Ends a trace that was not recorded: its slot only knew its id.
pub(crate) fn end_unrecorded(key: TraceKey) {
    if let Some(mut found) = find(key) {
        found.state.ended = true;
        found.release();
    }
}
