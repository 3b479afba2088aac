//! One slot of the slab: a trace, as other threads than the one that polls its root see it.
//!
//! The thread that takes a free slot owns it until the trace's root ends. As long as nobody else asks for the trace,
//! its end costs one atomic exchange; whoever else comes locks the slot and marks it as shared, and from then on the
//! root's end takes the lock as well. Contexts of older traces are told by the generation.

use crate::sync::{AtomicU64, Mutex, MutexGuard, Ordering, fence};

/// The phases of a trace in its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Only the thread that took the slot has touched it.
    Own,
    /// Others have, and what they left is behind the lock.
    Shared,
    /// The root has ended, and open spans are waited for.
    Ended,
    /// The slot waits for its next trace, and still answers for this one.
    Free,
}

/// Generation, verdict and phase of a slot, in one word.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Word(u64);

const KEPT: u64 = 0b100;
const GENERATION_SHIFT: u32 = 3;

impl Word {
    fn new(generation: u32, phase: Phase, kept: bool) -> Word {
        let kept = if kept { KEPT } else { 0 };
        Word(u64::from(generation) << GENERATION_SHIFT | kept | phase as u64)
    }

    #[expect(clippy::cast_possible_truncation, reason = "it was made of 32 bits")]
    fn generation(self) -> u32 {
        (self.0 >> GENERATION_SHIFT) as u32
    }

    fn phase(self) -> Phase {
        match self.0 & 0b11 {
            0 => Phase::Own,
            1 => Phase::Shared,
            2 => Phase::Ended,
            _ => Phase::Free,
        }
    }

    fn kept(self) -> bool {
        self.0 & KEPT != 0
    }
}

/// A slot; what its other threads share is a `T`.
// The words of two slots must not share a cache line: their threads write them all the time.
#[repr(align(64))]
pub(crate) struct Slot<T> {
    word: AtomicU64,
    trace_id: [AtomicU64; 2],
    shared: Mutex<Behind<T>>,
}

/// What is behind the lock.
struct Behind<T> {
    /// The trace that it speaks of; what an older one left is cleared by the next to come.
    generation: u32,
    value: T,
}

impl<T: Recycle> Behind<T> {
    /// Speaks of this trace from here on.
    fn begin(&mut self, generation: u32) {
        if self.generation != generation {
            self.generation = generation;
            self.value.recycle();
        }
    }
}

impl<T: Default> Default for Slot<T> {
    fn default() -> Slot<T> {
        Slot {
            // Not yet a trace's: generation 0 is no context's.
            word: AtomicU64::new(Word::new(0, Phase::Free, false).0),
            trace_id: [AtomicU64::new(0), AtomicU64::new(0)],
            shared: Mutex::new(Behind { generation: 0, value: T::default() }),
        }
    }
}

impl<T: Recycle> Slot<T> {
    fn load(&self, order: Ordering) -> Word {
        Word(self.word.load(order))
    }

    fn store(&self, word: Word, order: Ordering) {
        self.word.store(word.0, order);
    }

    /// Begins a trace in a free slot, which the caller owns. Returns its generation.
    #[inline]
    pub(crate) fn take(&self, trace_id: [u64; 2], next_generation: fn(u32) -> u32) -> u32 {
        let generation = next_generation(self.load(Ordering::Relaxed).generation());
        // Whoever still reads the id of the trace before sees the new word if it sees a half of the new id.
        self.store(Word::new(generation, Phase::Own, false), Ordering::Relaxed);
        fence(Ordering::Release);
        for (half, value) in self.trace_id.iter().zip(trace_id) {
            half.store(value, Ordering::Relaxed);
        }
        generation
    }

    /// The id of the trace, if the slot is still its own. Takes no lock.
    pub(crate) fn trace_id(&self, generation: u32) -> Option<[u64; 2]> {
        let read = || (self.load(Ordering::Relaxed).generation() == generation).then_some(());
        read()?;
        let id = [0, 1].map(|half: usize| self.trace_id[half].load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        read().map(|()| id)
    }

    /// Ends a trace that nobody else has touched and that has no open spans: frees the slot. Fails if somebody has;
    /// then [`lock`](Slot::lock) tells.
    pub(crate) fn end_untouched(&self, generation: u32, kept: bool) -> bool {
        let own = Word::new(generation, Phase::Own, false);
        let free = Word::new(generation, Phase::Free, kept);
        self.word.compare_exchange(own.0, free.0, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Frees the slot of a trace in which nothing is recorded, whose only owner is the caller.
    #[inline]
    pub(crate) fn end_unrecorded(&self, generation: u32) {
        self.store(Word::new(generation, Phase::Free, false), Ordering::Relaxed);
    }

    /// What the trace's threads share; `None` when the slot belongs to another trace by now.
    pub(crate) fn lock(&self, generation: u32) -> Option<Locked<'_, T>> {
        let mut behind = self.shared.lock();
        let own = Word::new(generation, Phase::Own, false);
        let shared = Word::new(generation, Phase::Shared, false);
        // The owner may end the trace at the same time, and may then begin another.
        let exchanged = self.word.compare_exchange(own.0, shared.0, Ordering::AcqRel, Ordering::Acquire);
        let word = exchanged.map_or_else(Word, |_| shared);
        if word.generation() != generation {
            return None;
        }
        behind.begin(generation);
        Some(Locked { slot: self, word, behind })
    }

    /// What is behind the lock and no matter of the root's end, which may come meanwhile: the slot is not marked as shared.
    /// `None` when it belongs to another trace by now.
    pub(crate) fn aside<R>(&self, generation: u32, f: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut behind = self.shared.lock();
        // Whoever locked it for a later trace has seen that one's word.
        (self.load(Ordering::Relaxed).generation() == generation).then(|| {
            behind.begin(generation);
            f(&mut behind.value)
        })
    }

    /// What was left behind the lock for this trace, even when the slot belongs to another by now that nobody has locked.
    pub(crate) fn left_behind<R>(&self, generation: u32, f: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut behind = self.shared.lock();
        (behind.generation == generation).then(|| f(&mut behind.value))
    }

    /// Whether the trace has ended and nothing is waited for.
    pub(crate) fn is_over(&self, generation: u32) -> bool {
        let word = self.load(Ordering::Relaxed);
        word.generation() != generation || word.phase() == Phase::Free
    }
}

/// What a slot's next trace finds as it was in the beginning.
pub(crate) trait Recycle: Default {
    fn recycle(&mut self);
}

/// A trace in its slot, locked.
pub(crate) struct Locked<'s, T> {
    slot: &'s Slot<T>,
    /// Nobody else changes it meanwhile, but for the owner of a slot that is free.
    word: Word,
    behind: MutexGuard<'s, Behind<T>>,
}

impl<T> Locked<'_, T> {
    /// Whether the root has ended.
    pub(crate) fn ended(&self) -> bool {
        matches!(self.word.phase(), Phase::Ended | Phase::Free)
    }

    /// Whether an ended trace is exported.
    pub(crate) fn kept(&self) -> bool {
        self.word.kept()
    }

    pub(crate) fn value(&mut self) -> &mut T {
        &mut self.behind.value
    }

    /// The root has ended.
    pub(crate) fn end(&mut self, kept: bool) {
        self.change(Phase::Ended, kept);
    }

    /// Gives the slot of an ended trace back, once: says whether this was it.
    pub(crate) fn free(&mut self) -> bool {
        let waited = self.word.phase() == Phase::Ended;
        if waited {
            self.change(Phase::Free, self.word.kept());
        }
        waited
    }

    fn change(&mut self, phase: Phase, kept: bool) {
        self.word = Word::new(self.word.generation(), phase, kept);
        self.slot.word.store(self.word.0, Ordering::Release);
    }
}
