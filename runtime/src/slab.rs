//! The slab of traces: where a [`Ctx`](crate::Ctx), which is a number, finds its trace from any thread.
//!
//! A slot outlives the root of its trace: for as long as spans are open in it, and after that until its turn in the
//! queue of free slots comes. Until then it remembers the trace's id, so that what spawned work ends or starts after
//! the root still belongs to the trace. Then the slot's generation goes up, and older contexts no longer find it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::mem::ManuallyDrop;
use std::sync::{LazyLock, OnceLock};

use parking_lot::Mutex;

use crate::buffer::SpanBuffer;
use crate::ids;
use crate::key::TraceKey;
use crate::propagate::Stored;
use crate::slot::{Locked, Recycle, Slot};
use crate::thread::Thread;
use crate::thread_number;

const CHUNK: usize = 256;
const CHUNKS: usize = TraceKey::SLOTS / CHUNK;

/// A free slot waits behind at least this many others, which leaves late work its time.
const QUEUE_MIN: usize = 256;
/// A thread that frees more slots than it takes passes the surplus on.
const QUEUE_MAX: usize = 2 * QUEUE_MIN;

/// Made at the first use: as a plain array it would be a part of every program's file.
static SLOTS: LazyLock<Box<[OnceLock<Chunk>]>> =
    LazyLock::new(|| (0..CHUNKS).map(|_| OnceLock::new()).collect());

type Chunk = Box<[Slot<Away>]>;
static SHARED: Mutex<Shared> = Mutex::new(Shared { free: VecDeque::new(), chunks: 0 });

/// What other threads than its root's have of a trace.
#[derive(Default)]
pub(crate) struct Away {
    /// Spans that opened and have not closed. While the root runs, those that it counts itself are not in it.
    pub(crate) open_spans: i64,
    /// What was recorded here while the root ran, and the attributes of open spans after that.
    pub(crate) buffer: SpanBuffer,
    /// What the trace carries to other processes, recorded or not.
    pub(crate) carried: Option<Box<Stored>>,
}

const _: () = assert!(size_of::<Slot<Away>>() == 128, "a slot is a pair of cache lines");

impl Recycle for Away {
    fn recycle(&mut self) {
        self.open_spans = 0;
        self.buffer.clear();
        self.carried = None;
    }
}

/// Takes a slot for a new trace and returns its number and generation; `None` when there are [`TraceKey::SLOTS`]
/// open ones.
#[inline]
pub(crate) fn take(trace_id: u128) -> Option<(u32, u32)> {
    let index = next_free()?;
    let generation = slot(index).take(ids::halves(trace_id), TraceKey::next_generation);
    Some((index, generation))
}

/// What the threads of the trace `key` share; `None` when its slot belongs to another trace by now.
pub(crate) fn lock(key: TraceKey) -> Option<Locked<'static, Away>> {
    if key.has_slot() { slot(key.slot()).lock(key.generation()) } else { None }
}

/// What the trace carries; `None` when its slot belongs to another trace by now.
pub(crate) fn carried<R>(key: TraceKey, f: impl FnOnce(&mut Option<Box<Stored>>) -> R) -> Option<R> {
    let slot = key.has_slot().then(|| slot(key.slot()))?;
    slot.aside(key.generation(), |away| f(&mut away.carried))
}

/// Takes what a trace has carried that is over.
pub(crate) fn take_carried(key: TraceKey) -> Option<Box<Stored>> {
    let slot = key.has_slot().then(|| slot(key.slot()))?;
    slot.left_behind(key.generation(), |away| away.carried.take())?
}

/// Whether the trace has ended and nothing is waited for.
pub(crate) fn is_over(key: TraceKey) -> bool {
    !key.has_slot() || slot(key.slot()).is_over(key.generation())
}

/// The id of the trace, if it can still be found.
pub(crate) fn trace_id(key: TraceKey) -> Option<u128> {
    if key.has_slot() { slot(key.slot()).trace_id(key.generation()).map(ids::whole) } else { None }
}

/// Ends a trace that nobody but its root's thread has touched, and frees its slot; says whether it was one.
#[inline]
pub(crate) fn end_untouched(key: TraceKey, kept: bool) -> bool {
    let ended = slot(key.slot()).end_untouched(key.generation(), kept);
    if ended {
        free(key.slot());
    }
    ended
}

/// Ends a trace that was not recorded: its slot only knew its id.
#[inline]
pub(crate) fn end_unrecorded(key: TraceKey) {
    slot(key.slot()).end_unrecorded(key.generation());
    free(key.slot());
}

/// Lets go of a trace, and of its slot where the root has ended and nothing is left to wait for.
pub(crate) fn release(mut trace: Locked<'static, Away>, key: TraceKey) {
    if trace.ended() && trace.value().open_spans <= 0 && trace.free() {
        drop(trace);
        free(key.slot());
    }
}

#[inline]
fn slot(index: u32) -> &'static Slot<Away> {
    let index = index as usize;
    let chunk = SLOTS[index / CHUNK].get_or_init(|| (0..CHUNK).map(|_| Slot::default()).collect());
    &chunk[index % CHUNK]
}

#[derive(Default)]
struct Shared {
    free: VecDeque<u32>,
    chunks: usize,
}

/// The free slots of one thread, oldest first.
pub(crate) struct FreeSlots(ManuallyDrop<RefCell<VecDeque<u32>>>);

impl FreeSlots {
    pub(crate) const fn none() -> FreeSlots {
        FreeSlots(ManuallyDrop::new(RefCell::new(VecDeque::new())))
    }

    #[inline]
    fn pop(&self) -> Option<u32> {
        let mut queue = self.0.borrow_mut();
        if queue.len() <= QUEUE_MIN && !refill(&mut queue) {
            return SHARED.lock().free.pop_front();
        }
        queue.pop_front()
    }

    #[inline]
    fn push(&self, index: u32) {
        let mut queue = self.0.borrow_mut();
        if queue.capacity() == 0 && !thread_number::is_given_back() {
            SHARED.lock().free.push_back(index);
            return;
        }
        queue.push_back(index);
        if queue.len() > QUEUE_MAX {
            pass_on(&mut queue);
        }
    }

    /// For a thread that ends.
    pub(crate) fn hand_back(&self) {
        SHARED.lock().free.extend(self.0.take());
    }
}

/// Adds a chunk's worth of slots: from what other threads freed, else new ones. Not for a thread that is being torn down,
/// which says so.
#[cold]
fn refill(queue: &mut VecDeque<u32>) -> bool {
    if !thread_number::is_given_back() {
        return false;
    }
    let mut shared = SHARED.lock();
    if shared.free.len() < QUEUE_MIN && shared.chunks < CHUNKS {
        let start = shared.chunks * CHUNK;
        shared.chunks += 1;
        queue.extend((start..start + CHUNK).filter_map(|index| u32::try_from(index).ok()));
    } else {
        let count = shared.free.len().min(CHUNK);
        queue.extend(shared.free.drain(..count));
    }
    true
}

#[cold]
fn pass_on(queue: &mut VecDeque<u32>) {
    let count = queue.len().min(QUEUE_MIN);
    SHARED.lock().free.extend(queue.drain(..count));
}

fn next_free() -> Option<u32> {
    Thread::with(|thread| thread.slots.pop())
}

fn free(index: u32) {
    Thread::with(|thread| thread.slots.push(index));
}
