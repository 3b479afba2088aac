//! Those who wait for the lane: until all that has come so far is flushed, or until its end.

use std::time::Instant;

use super::{End, Queue, State};

impl State {
    /// The mark up to which the exporter is to flush, once everything before it is done with.
    pub(super) fn flush_that_is_due(&self) -> Option<u64> {
        let is_due = self.flushed < self.flush_to && self.left >= self.flush_to;
        is_due.then_some(self.flush_to)
    }

    /// Whether a flush that has cut no rest short yet waits for what is in hand.
    pub(super) fn is_hurried(&mut self) -> bool {
        let in_hand = self.in_hand.as_ref().map_or(self.left, |in_hand| in_hand.left);
        self.hurried.take().is_some_and(|mark| in_hand < mark)
    }
}

impl Queue {
    /// Wants all chunks that have come so far to be done with, and the exporter to flush then. Returns their end, the mark
    /// to [wait for](Queue::wait_for_flush).
    pub(in crate::telemetry::export) fn ask_for_flush(&self) -> u64 {
        let mut state = self.state.lock();
        let mark = state.left + state.waiting.len() as u64;
        state.flush_to = mark;
        state.hurried = Some(mark);
        drop(state);
        self.changed.notify_all();
        mark
    }

    /// The exporter has flushed what came before the mark.
    pub(in crate::telemetry::export) fn flushed(&self, mark: u64) {
        self.state.lock().flushed = mark;
        self.changed.notify_all();
    }

    /// Waits until everything before the mark is flushed, or the lane has ended; says whether that was in time.
    pub(in crate::telemetry::export) fn wait_for_flush(&self, mark: u64, deadline: Instant) -> bool {
        self.wait_until(deadline, |state| state.flushed >= mark || state.ended.is_some())
    }

    /// The lane has come to its end.
    pub(in crate::telemetry::export) fn end(&self, end: End) {
        self.state.lock().ended = Some(end);
        self.changed.notify_all();
    }

    pub(in crate::telemetry::export) fn ended(&self) -> Option<End> {
        self.state.lock().ended
    }

    /// Waits until the lane has come to its end.
    pub(in crate::telemetry::export) fn wait_for_end(&self, deadline: Instant) -> Option<End> {
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
