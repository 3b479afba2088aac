//! The rest between two attempts at what is in hand, and what ends it early.

use std::time::Instant;

use super::Queue;
use crate::telemetry::export::backoff::Wait;
use crate::telemetry::export::cutoff::Cutoff;

/// Until when nothing is tried.
#[derive(Clone, Copy, Debug)]
pub(in crate::telemetry::export) struct Pause {
    until: Instant,
    /// The collector has asked for it, so that it is not cut short.
    asked_for: bool,
    /// The cutoff that was known when it was chosen.
    known: Option<Instant>,
}

/// How a rest has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::telemetry::export) enum Rested {
    TryAgain,
    /// Newer traces need the room.
    PushedOut,
    /// There is no time for another attempt before that moment.
    CutOff(Instant),
}

impl Pause {
    /// Begins now.
    pub(in crate::telemetry::export) fn begin(wait: Wait, known: Option<Instant>) -> Pause {
        Pause { until: Instant::now() + wait.time, asked_for: wait.asked_for, known }
    }

    /// It was chosen before anybody told the lane to come to its end.
    fn may_be_cut_short(&self) -> bool {
        !self.asked_for && self.known.is_none()
    }
}

impl Queue {
    /// Waits for the next attempt at what is in hand. A pause that nobody asked for ends at once when the lane is told to
    /// come to its end, unless that was known when it was chosen, and when a flush waits for what is in hand, once. One
    /// that would go past the cutoff is not waited for.
    pub(in crate::telemetry::export) fn rest(&self, pause: Pause, cutoff: &Cutoff) -> Rested {
        let mut state = self.state.lock();
        let rested = loop {
            let Some(in_hand) = &mut state.in_hand else { break Rested::TryAgain };
            in_hand.rests = true;
            if in_hand.pushed_out {
                break Rested::PushedOut;
            }
            match cutoff.at() {
                Some(_) if pause.may_be_cut_short() => break Rested::TryAgain,
                Some(at) if at <= pause.until => break Rested::CutOff(at),
                _ if pause.until <= Instant::now() => break Rested::TryAgain,
                _ if !pause.asked_for && state.is_hurried() => break Rested::TryAgain,
                _ => {}
            }
            self.changed.wait_until(&mut state, pause.until);
        };
        if let Some(in_hand) = &mut state.in_hand {
            in_hand.rests = false;
        }
        rested
    }

    /// Lets whoever rests look at the cutoff.
    pub(in crate::telemetry::export) fn wake(&self) {
        drop(self.state.lock());
        self.changed.notify_all();
    }
}
