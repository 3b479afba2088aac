//! The queue of one lane: bounded in bytes, the oldest dropped first.

mod flushing;
mod resting;

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

pub(super) use self::resting::{Pause, Rested};
use super::chunk::Chunk;
use super::{BATCH_SPANS, CHUNK_BYTES};

/// Chunks between the collecting thread, which puts them in, and the lane's sending thread, which takes them out. What is
/// being sent counts until it is done with.
pub(super) struct Queue {
    most_bytes: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Arc<Chunk>>,
    /// Of all chunks that ever came, those that came before what waits.
    left: u64,
    /// What is being sent.
    in_hand: Option<InHand>,
    /// Of what waits and what is in hand.
    load: Load,
    /// The end of what the last flush waits for.
    flush_to: u64,
    /// The end of what the exporter has flushed.
    flushed: u64,
    /// The same mark as `flush_to`, until a rest was cut short for it, or turned out to be behind it.
    hurried: Option<u64>,
    /// Nothing comes any more.
    closed: bool,
    ended: Option<End>,
}

/// What a lane does next.
pub(super) enum Next {
    /// The oldest chunks, as many as fit into one batch, and at least one.
    Batch(Vec<Arc<Chunk>>),
    /// Somebody waits until the exporter has flushed what came before this mark, all of which is done with.
    Flush(u64),
}

/// What a lane holds at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) bytes: usize,
    pub(crate) spans: usize,
}

struct InHand {
    /// Of all chunks that ever came, those that came before.
    left: u64,
    load: Load,
    /// It was tried, and waits for its next attempt.
    rests: bool,
    pushed_out: bool,
}

/// How a lane has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Everything was sent, or refused.
    Complete,
    /// There was no time for the rest.
    CutOff,
}

impl Load {
    fn of(chunk: &Chunk) -> Load {
        Load { bytes: chunk.bytes(), spans: chunk.span_count() }
    }

    fn add(&mut self, other: Load) {
        self.bytes += other.bytes;
        self.spans += other.spans;
    }

    fn subtract(&mut self, other: Load) {
        self.bytes -= other.bytes;
        self.spans -= other.spans;
    }

    /// Both together are one batch.
    fn fits_with(self, other: Load) -> bool {
        self.spans + other.spans <= BATCH_SPANS && self.bytes + other.bytes <= CHUNK_BYTES
    }
}

impl State {
    /// Makes room by dropping what is oldest; says how many waiting spans that were.
    fn make_room(&mut self, most_bytes: usize) -> usize {
        let mut dropped = 0;
        while self.load.bytes > most_bytes {
            if let Some(in_hand) = self.in_hand.as_mut().filter(|held| held.rests && !held.pushed_out) {
                in_hand.pushed_out = true;
                self.load.subtract(std::mem::take(&mut in_hand.load));
            } else if let Some(oldest) = self.waiting.pop_front() {
                self.left += 1;
                self.load.subtract(Load::of(&oldest));
                dropped += oldest.span_count();
            } else {
                break;
            }
        }
        dropped
    }

    /// Takes the oldest chunks in hand, as many as fit into one batch; `None` where there are none.
    fn take_batch(&mut self) -> Option<Vec<Arc<Chunk>>> {
        let (mut taken, mut load) = (Vec::new(), Load::default());
        while let Some(next) = self.waiting.front().map(|chunk| Load::of(chunk))
            && (taken.is_empty() || load.fits_with(next))
        {
            load.add(next);
            taken.extend(self.waiting.pop_front());
        }
        if taken.is_empty() {
            return None;
        }
        self.in_hand = Some(InHand { left: self.left, load, rests: false, pushed_out: false });
        self.left += taken.len() as u64;
        Some(taken)
    }
}

impl Queue {
    pub(super) fn new(most_bytes: usize) -> Queue {
        Queue { most_bytes, state: Mutex::default(), changed: Condvar::new() }
    }

    pub(super) fn load(&self) -> Load {
        self.state.lock().load
    }

    /// Adds a chunk; says how many spans were dropped for it, its own where it would never fit. What is in hand is given
    /// up by who has it.
    pub(super) fn push(&self, chunk: Arc<Chunk>) -> usize {
        if chunk.bytes() > self.most_bytes {
            return chunk.span_count();
        }
        let mut state = self.state.lock();
        state.load.add(Load::of(&chunk));
        state.waiting.push_back(chunk);
        let dropped = state.make_room(self.most_bytes);
        drop(state);
        self.changed.notify_all();
        dropped
    }

    /// Nothing comes any more.
    pub(super) fn close(&self) {
        self.state.lock().closed = true;
        self.changed.notify_all();
    }

    /// Waits for something to do; `None` when nothing comes any more. What was taken before is done with.
    pub(super) fn take(&self) -> Option<Next> {
        let mut state = self.state.lock();
        if let Some(done) = state.in_hand.take() {
            state.load.subtract(done.load);
        }
        loop {
            if let Some(mark) = state.flush_that_is_due() {
                return Some(Next::Flush(mark));
            }
            if let Some(chunks) = state.take_batch() {
                return Some(Next::Batch(chunks));
            }
            if state.closed {
                return None;
            }
            self.changed.wait(&mut state);
        }
    }
}

#[cfg(test)]
mod tests;
