//! What is known of a request beside its spans, and found from its context: on any thread, sampled or not.
//!
//! It is kept by the slot of the request's trace, for as long as that is the trace's: until then contexts that outlive
//! their request find it, too.

use std::sync::{LazyLock, OnceLock};

use parking_lot::Mutex;

use crate::key::TraceKey;

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

/// Changes the notes of a trace. One that found no slot has none.
pub(super) fn change(key: TraceKey, change: impl FnOnce(&mut Notes)) {
    if !key.has_slot() {
        return;
    }
    let slot = key.slot() as usize;
    let chunk = NOTES[slot / CHUNK].get_or_init(|| (0..CHUNK).map(|_| Mutex::default()).collect());
    let mut entry = chunk[slot % CHUNK].lock();
    match &mut *entry {
        Some((of, notes)) if *of == key => change(notes),
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
