//! What is known of a request beside its spans, and found from its context: on any thread, sampled or not.
//!
//! It is kept by the slot of the request's trace, for as long as that is the trace's: until then contexts that outlive
//! their request find it, too.

use std::sync::{LazyLock, OnceLock};

use parking_lot::Mutex;

use crate::key::TraceKey;
use crate::slab;

/// What a request is known by.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    /// As the client sent it.
    pub(super) request_id: Option<Box<str>>,
    /// As the application knows the user.
    pub(super) user_id: Option<Box<str>>,
}

const CHUNK: usize = 256;

/// By slot; only those parts are made in which something was noted.
static NOTES: LazyLock<Box<[OnceLock<Chunk>]>> =
    LazyLock::new(|| (0..TraceKey::SLOTS / CHUNK).map(|_| OnceLock::new()).collect());

type Chunk = Box<[Mutex<Option<(TraceKey, Notes)>>]>;

/// Changes the notes of a trace. One that found no slot, or is forgotten, has none.
pub(super) fn change(key: TraceKey, change: impl FnOnce(&mut Notes)) {
    if !key.has_slot() {
        return;
    }
    let slot = key.slot() as usize;
    let chunk = NOTES[slot / CHUNK].get_or_init(|| (0..CHUNK).map(|_| Mutex::default()).collect());
    let mut entry = chunk[slot % CHUNK].lock();
    match &mut *entry {
        Some((of, notes)) if *of == key => change(notes),
        // The next trace's, which took the slot before it noted anything: the lock has that seen here.
        _ if slab::trace_id(key).is_none() => {}
        // An older trace's, or nobody's.
        other => change(&mut other.insert((key, Notes::default())).1),
    }
}

/// The notes of a trace, if there are any.
pub(super) fn of(key: TraceKey) -> Option<Notes> {
    let slot = key.slot() as usize;
    let entry = NOTES[slot / CHUNK].get()?[slot % CHUNK].lock();
    entry.as_ref().filter(|(of, _)| *of == key).map(|(_, notes)| notes.clone())
}

#[cfg(test)]
mod tests {
    use super::{change, of};
    use crate::key::{Recording, TraceKey};
    use crate::slab;

    fn begin() -> TraceKey {
        let (slot, generation) = slab::take(1).unwrap();
        TraceKey::new(1, slot, generation, Recording::Off)
    }

    #[test]
    fn what_outlives_its_trace_leaves_the_notes_of_the_next_one_alone() {
        let first = begin();
        change(first, |notes| notes.user_id = Some("7".into()));
        slab::end_unrecorded(first);
        assert_eq!(of(first).unwrap().user_id.as_deref(), Some("7"));
        let next = std::iter::repeat_with(begin).inspect(|key| slab::end_unrecorded(*key));
        let next = next.take(10_000).find(|key| key.slot() == first.slot()).unwrap();
        change(next, |notes| notes.request_id = Some("b".into()));
        change(first, |notes| notes.user_id = Some("8".into()));
        assert_eq!(of(next).unwrap().request_id.as_deref(), Some("b"));
        assert_eq!(of(next).unwrap().user_id, None);
        assert!(of(first).is_none());
    }
}
