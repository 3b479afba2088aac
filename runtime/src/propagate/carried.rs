//! What a trace carries from process to process beside its ids: trace state and baggage.
//!
//! Most traces carry nothing, and pay nothing. What one carries is in its slot, behind the lock, where every thread
//! finds it, and the memory counts with what is recorded. A slot would keep it until its next trace is locked, which may
//! be never; so every trace that starts to carry looks whether the two that have carried for longest are over.

use std::collections::VecDeque;

use parking_lot::Mutex;

use super::baggage::Baggage;
use super::tracestate::TraceState;
use crate::bounded::Reserved;
use crate::key::TraceKey;
use crate::slab;

/// So many traces that are over may still carry, for what they have spawned.
const KEPT: usize = 1_024;
const LOOKED_AT: usize = 2;

/// The traces that carry, oldest first.
static CARRYING: Mutex<VecDeque<TraceKey>> = Mutex::new(VecDeque::new());

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
        self.trace_state.header().len() + self.baggage.header().len()
    }
}

/// What a trace carries, in its slot.
#[derive(Debug)]
pub(crate) struct Stored {
    carried: Carried,
    _memory: Reserved,
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
        let memory = change(&mut carried).then(|| Reserved::new(carried.bytes())).flatten()?;
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
    let oldest = {
        let mut carrying = CARRYING.lock();
        carrying.push_back(key);
        let surplus = carrying.len().saturating_sub(KEPT).min(LOOKED_AT);
        carrying.drain(..surplus).collect::<Vec<_>>()
    };
    for key in oldest {
        if slab::is_over(key) {
            drop(slab::take_carried(key));
        } else {
            CARRYING.lock().push_back(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, change, read};
    use crate::key::{Recording, TraceKey};
    use crate::slab;

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
