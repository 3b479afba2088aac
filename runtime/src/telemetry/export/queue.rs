//! The queue of one lane: bounded in bytes, the oldest dropped first.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

use super::BATCH_SPANS;
use super::backoff::Wait;
use super::chunk::Chunk;
use super::cutoff::Cutoff;

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
    /// Nothing comes any more.
    closed: bool,
    ended: Option<End>,
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

/// How a rest has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rested {
    TryAgain,
    /// Newer traces need the room.
    PushedOut,
    /// There is no time for another attempt before that moment.
    CutOff(Instant),
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

    /// Everything that came before is done with.
    fn is_done_with(&self, mark: u64) -> bool {
        self.in_hand.as_ref().map_or(self.left, |in_hand| in_hand.left) >= mark
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

    /// Takes the oldest chunks, as many as fit into one batch, and at least one. Waits for one; `None` when none comes
    /// any more. What was taken before is done with.
    pub(super) fn take(&self) -> Option<Vec<Arc<Chunk>>> {
        let mut state = self.state.lock();
        if let Some(done) = state.in_hand.take() {
            state.load.subtract(done.load);
            self.changed.notify_all();
        }
        while state.waiting.is_empty() {
            if state.closed {
                return None;
            }
            self.changed.wait(&mut state);
        }
        let left = state.left;
        let (mut taken, mut load) = (Vec::new(), Load::default());
        while let Some(next) = state.waiting.front().map(|chunk| Load::of(chunk))
            && (taken.is_empty() || load.spans + next.spans <= BATCH_SPANS)
        {
            load.add(next);
            taken.extend(state.waiting.pop_front());
        }
        state.left += taken.len() as u64;
        state.in_hand = Some(InHand { left, load, rests: false, pushed_out: false });
        Some(taken)
    }

    /// Waits for the next attempt at what is in hand. A wait that nobody asked for ends at once when the lane is told to
    /// come to its end, unless that was `known` when the wait was chosen; one that would go past the cutoff is not begun.
    pub(super) fn rest(&self, wait: Wait, cutoff: &Cutoff, known: Option<Instant>) -> Rested {
        let again_at = Instant::now() + wait.time;
        let may_be_cut_short = !wait.asked_for && known.is_none();
        let mut state = self.state.lock();
        let rested = loop {
            let Some(in_hand) = &mut state.in_hand else { break Rested::TryAgain };
            in_hand.rests = true;
            if in_hand.pushed_out {
                break Rested::PushedOut;
            }
            match cutoff.at() {
                Some(_) if may_be_cut_short => break Rested::TryAgain,
                Some(at) if at <= again_at => break Rested::CutOff(at),
                _ if again_at <= Instant::now() => break Rested::TryAgain,
                _ => {}
            }
            self.changed.wait_until(&mut state, again_at);
        };
        if let Some(in_hand) = &mut state.in_hand {
            in_hand.rests = false;
        }
        rested
    }

    /// Lets whoever rests look at the cutoff.
    pub(super) fn wake(&self) {
        drop(self.state.lock());
        self.changed.notify_all();
    }

    /// The end of all chunks that have come so far.
    pub(super) fn mark(&self) -> u64 {
        let state = self.state.lock();
        state.left + state.waiting.len() as u64
    }

    /// Waits until everything before the mark is done with; says whether that was in time.
    pub(super) fn wait_for(&self, mark: u64, deadline: Instant) -> bool {
        self.wait_until(deadline, |state| state.is_done_with(mark))
    }

    /// The lane has come to its end.
    pub(super) fn end(&self, end: End) {
        self.state.lock().ended = Some(end);
        self.changed.notify_all();
    }

    pub(super) fn ended(&self) -> Option<End> {
        self.state.lock().ended
    }

    /// Waits until the lane has come to its end.
    pub(super) fn wait_for_end(&self, deadline: Instant) -> Option<End> {
        self.wait_until(deadline, |state| state.ended.is_some());
        self.ended()
    }

    fn wait_until(&self, deadline: Instant, holds: impl Fn(&State) -> bool) -> bool {
        let mut state = self.state.lock();
        while !holds(&state) {
            if self.changed.wait_until(&mut state, deadline).timed_out() {
                return holds(&state);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests;
