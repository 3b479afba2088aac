//! What a trace carries from process to process beside its ids: trace state and baggage.
//!
//! Most traces carry nothing, and pay nothing. What one carries is in its slot, behind the lock, where every thread
//! finds it; its memory is bounded for itself, so that others' headers take no room from spans. A slot would keep it until
//! its next trace is locked, which may be never; so every trace that starts to carry looks whether the two that have
//! carried for longest are over, and so does every collection with all.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::baggage::Baggage;
use super::tracestate::TraceState;
use crate::key::TraceKey;
use crate::slab;

/// So many traces that are over may still carry, for what they have spawned.
const KEPT: usize = 1_024;
const LOOKED_AT: usize = 2;
/// So long what is over carries after a collection found it so: what it spawned may begin late.
const GRACE: Duration = Duration::from_secs(10);
/// What all traces of the process may carry, in bytes.
const MAX_BYTES: usize = 16 << 20;

/// The traces that carry, oldest first.
static CARRYING: Mutex<VecDeque<Carrying>> = Mutex::new(VecDeque::new());
static BYTES: AtomicUsize = AtomicUsize::new(0);

struct Carrying {
    key: TraceKey,
    /// When a collection first found it over.
    over_since: Option<Instant>,
}

/// What a trace carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    pub(crate) trace_state: TraceState,
    pub(crate) baggage: Baggage,
}

impl Carried {
    pub(crate) fn is_empty(&self) -> bool {
        self.trace_state.is_empty() && self.baggage.is_empty()
    }

    fn bytes(&self) -> usize {
        size_of::<Stored>() + self.trace_state.header().len() + self.baggage.header().len()
    }
}

/// What a trace carries, in its slot.
#[derive(Debug)]
pub(crate) struct Stored {
    carried: Carried,
    _memory: Memory,
}

impl Stored {
    pub(crate) fn trace_state(&self) -> &TraceState {
        &self.carried.trace_state
    }
}

/// Bytes of [`BYTES`], for as long as this is there.
#[derive(Debug)]
struct Memory(usize);

impl Memory {
    /// `None` where `most` would be passed.
    fn reserve(bytes: usize, most: usize) -> Option<Memory> {
        let within = |taken: usize| taken.checked_add(bytes).filter(|taken| *taken <= most);
        BYTES.try_update(Relaxed, Relaxed, within).is_ok().then(|| Memory(bytes))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        BYTES.fetch_sub(self.0, Relaxed);
    }
}

/// What the trace carries; nothing, once that is forgotten.
pub(crate) fn of(key: TraceKey) -> Carried {
    read(key, Clone::clone).unwrap_or_default()
}

/// Reads what the trace carries; `None` where that is nothing, or forgotten.
pub(crate) fn read<R>(key: TraceKey, read: impl FnOnce(&Carried) -> R) -> Option<R> {
    slab::carried(key, |stored| stored.as_ref().map(|stored| read(&stored.carried)))?
}

/// Changes what an open or remembered trace carries; says whether `change` did, and there was memory for it.
pub(crate) fn change(key: TraceKey, change: impl FnOnce(&mut Carried) -> bool) -> bool {
    let changed = slab::carried(key, |stored| {
        let mut carried = stored.as_ref().map(|stored| stored.carried.clone()).unwrap_or_default();
        if !change(&mut carried) {
            return None;
        }
        let memory = Memory::reserve(carried.bytes(), MAX_BYTES)?;
        let before = stored.replace(Box::new(Stored { carried, _memory: memory }));
        Some(before.is_none())
    });
    let Some(is_first) = changed.flatten() else { return false };
    if is_first {
        started_to_carry(key);
    }
    true
}

/// Remembers a trace that carries, and forgets what the oldest carried that are over. While open traces are older they
/// go to the end: of traces that are over, no more are kept than of open ones.
fn started_to_carry(key: TraceKey) {
    let mut carrying = CARRYING.lock();
    carrying.push_back(Carrying { key, over_since: None });
    let over: [_; LOOKED_AT] = std::array::from_fn(|_| take_oldest_over(&mut carrying));
    // What follows locks the slots, which nobody else is to wait for.
    drop(carrying);
    for key in over.into_iter().flatten() {
        drop(slab::take_carried(key));
    }
}

/// Where there are too many, takes the oldest if it is over, and puts it at the end if it is not.
fn take_oldest_over(carrying: &mut VecDeque<Carrying>) -> Option<TraceKey> {
    let oldest = if carrying.len() > KEPT { carrying.pop_front()? } else { return None };
    let is_over = slab::is_over(oldest.key);
    if !is_over {
        carrying.push_back(oldest);
        return None;
    }
    Some(oldest.key)
}

/// Forgets what traces have carried that are over for long. Nobody waits for it: what starts to carry meanwhile is in a
/// list of its own.
pub(crate) fn forget_over(now: Instant) {
    let mut carrying = std::mem::take(&mut *CARRYING.lock());
    carrying.retain_mut(|Carrying { key, over_since }| {
        if !slab::is_over(*key) {
            return true;
        }
        let is_recent = now.saturating_duration_since(*over_since.get_or_insert(now)) < GRACE;
        if !is_recent {
            drop(slab::take_carried(*key));
        }
        is_recent
    });
    let mut since = CARRYING.lock();
    carrying.append(&mut since);
    *since = carrying;
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use parking_lot::Mutex;

    use super::{GRACE, KEPT, MAX_BYTES, Memory, change, forget_over, read};
    use crate::key::{Recording, TraceKey};
    use crate::slab;

    /// What one test forgets may be another's.
    static ALONE: Mutex<()> = Mutex::new(());

    fn begin() -> TraceKey {
        let (slot, generation) = slab::take(1).unwrap();
        TraceKey::new(1, slot, generation, Recording::Off)
    }

    fn carried_by(key: TraceKey) -> Option<String> {
        read(key, |carried| carried.baggage.get("of"))?
    }

    fn carry(key: TraceKey) {
        assert!(change(key, |carried| carried.baggage.set("of", &key.slot().to_string())));
    }

    #[test]
    fn what_is_carried_outlives_its_trace_and_not_for_ever() {
        let _alone = ALONE.lock();
        let (open, ended) = (begin(), begin());
        carry(open);
        carry(ended);
        slab::end_unrecorded(ended);
        assert_eq!(carried_by(ended), Some(ended.slot().to_string()));
        let others: Vec<_> = (0..2 * KEPT).map(|_| begin()).collect();
        others.iter().copied().for_each(carry);
        assert_eq!(carried_by(ended), None);
        assert_eq!(carried_by(open), Some(open.slot().to_string()));
        others.into_iter().chain([open]).for_each(slab::end_unrecorded);
    }

    #[test]
    fn a_collection_forgets_what_is_over_for_long() {
        let _alone = ALONE.lock();
        let (open, ended) = (begin(), (0..100).map(|_| begin()).collect::<Vec<_>>());
        carry(open);
        ended.iter().copied().for_each(carry);
        ended.iter().copied().for_each(slab::end_unrecorded);
        (0..100).map(|_| begin()).for_each(slab::end_unrecorded);
        let now = Instant::now();
        forget_over(now);
        assert!(ended.iter().all(|key| carried_by(*key).is_some()), "they may have spawned what begins late");
        forget_over(now + GRACE);
        assert!(ended.iter().all(|key| carried_by(*key).is_none()));
        assert_eq!(carried_by(open), Some(open.slot().to_string()));
        slab::end_unrecorded(open);
    }

    #[test]
    fn what_is_carried_has_a_bound_of_its_own() {
        assert!(Memory::reserve(MAX_BYTES + 1, MAX_BYTES).is_none());
        let memory = Memory::reserve(1_000, usize::MAX).unwrap();
        assert!(Memory::reserve(1, 1_000).is_none(), "{} are taken", memory.0);
    }

    #[test]
    fn what_is_carried_takes_what_is_counted() {
        let _alone = ALONE.lock();
        let key = begin();
        for number in 0..40 {
            assert!(change(key, |carried| carried.baggage.set(&format!("key{number}"), "some value")));
        }
        let spare = read(key, |carried| carried.baggage.spare());
        assert_eq!(spare, Some(0));
        slab::end_unrecorded(key);
    }

    #[test]
    fn the_next_trace_of_a_slot_carries_nothing() {
        let first = begin();
        carry(first);
        slab::end_unrecorded(first);
        let next = std::iter::repeat_with(begin).inspect(|key| {
            assert_eq!(carried_by(*key), None);
            slab::end_unrecorded(*key);
        });
        let same = next.take(10_000).find(|key| key.slot() == first.slot());
        assert!(same.is_some_and(|key| key.generation() != first.generation()));
        assert!(!change(first, |_| true), "its slot is another's");
    }
}
