//! How the batches of one lane are delivered: each until it is taken, refused, or given up.

use std::time::{Duration, Instant};

use opentelemetry_sdk::trace::SpanData;

use super::backoff::Backoff;
use super::exporter::{Answer, Attempt, ErasedExporter};
use super::foreign::{Troubles, foreign};
use super::lane::{Fate, Lane};
use super::queue::{Pause, Rested};
use crate::dropped::DropReason;

pub(super) struct Deliveries {
    lane: &'static Lane,
    backoff: Backoff,
    troubles: Troubles,
    /// The last attempt was in vain. Nothing is tried before this is over, also where newer traces have pushed out what had
    /// been tried: an overloaded collector is not asked more often because the queue is full.
    pause: Option<Pause>,
    /// The cutoff before which there was no time for another attempt.
    given_up: Option<Instant>,
}

impl Deliveries {
    pub(super) fn new(lane: &'static Lane, backoff: Backoff) -> Deliveries {
        Deliveries { lane, backoff, troubles: Troubles::default(), pause: None, given_up: None }
    }

    /// Waits until something may be tried; says why it will not be.
    pub(super) fn wait_for_turn(&mut self) -> Result<(), DropReason> {
        if self.are_over() {
            return Err(DropReason::ShutDown);
        }
        match self.rest() {
            Rested::TryAgain => Ok(()),
            Rested::PushedOut => Err(DropReason::QueueFull),
            Rested::CutOff(_) => Err(DropReason::ShutDown),
        }
    }

    /// Tries until the batch is taken or refused, or given up.
    pub(super) fn deliver(&mut self, exporter: &dyn ErasedExporter, batch: Vec<SpanData>) -> Fate {
        let spans = batch.len();
        let mut attempt = match foreign(|| exporter.prepare(batch)) {
            Ok(attempt) => attempt,
            Err(why) => return self.refused(spans, &why),
        };
        loop {
            match self.try_once(&mut attempt) {
                Answer::Taken { rejected } => return self.taken(rejected),
                Answer::Refused { why } => return self.refused(spans, &why),
                Answer::Retry { after, why } => {
                    self.troubles.say_waiting(&self.lane.name, &why);
                    self.pause(after);
                }
            }
            match self.rest() {
                Rested::TryAgain => {}
                Rested::PushedOut => return Fate::Dropped(DropReason::QueueFull),
                Rested::CutOff(_) => return Fate::Dropped(DropReason::Unanswered),
            }
        }
    }

    /// Has the exporter hand on what it may have kept for itself.
    pub(super) fn flush(&mut self, exporter: &dyn ErasedExporter) {
        let flushed = foreign(|| exporter.force_flush());
        if let Err(error) = flushed.and_then(|result| result.map_err(|error| error.to_string())) {
            self.troubles.say_not_flushed(&self.lane.name, &error);
        }
    }

    pub(super) fn refused(&mut self, spans: usize, why: &str) -> Fate {
        self.backoff.restart();
        self.troubles.say_lost(&self.lane.name, spans, why);
        Fate::Dropped(DropReason::Refused)
    }

    fn taken(&mut self, rejected: usize) -> Fate {
        self.backoff.restart();
        self.troubles.are_over(&self.lane.name);
        if rejected > 0 {
            self.troubles.say_lost(&self.lane.name, rejected, "the collector rejected a part of a batch");
        }
        Fate::Taken { rejected }
    }

    fn try_once(&self, attempt: &mut Attempt<'_>) -> Answer {
        let begun = Instant::now();
        let answer = foreign(|| attempt(&self.lane.cutoff)).unwrap_or_else(|why| Answer::Refused { why });
        self.lane.attempts.count(&answer, begun.elapsed());
        answer
    }

    /// Chooses the rest before the next attempt.
    fn pause(&mut self, asked_for: Option<Duration>) {
        let cutoff = self.lane.cutoff.at();
        // Who shuts down has little time.
        if cutoff.is_some() {
            self.backoff.restart();
        }
        self.pause = Some(Pause::begin(self.backoff.wait(asked_for), cutoff));
    }

    /// Rests for as long as that is to be.
    fn rest(&mut self) -> Rested {
        let Some(pause) = self.pause else { return Rested::TryAgain };
        let rested = self.lane.rest(pause);
        match rested {
            Rested::TryAgain => self.pause = None,
            Rested::PushedOut => {}
            Rested::CutOff(at) => self.given_up = Some(at),
        }
        rested
    }

    /// Nothing is tried any more, unless somebody asks again and waits longer.
    fn are_over(&self) -> bool {
        let cutoff = &self.lane.cutoff;
        cutoff.has_passed() || (self.given_up.is_some() && self.given_up == cutoff.at())
    }
}

#[cfg(test)]
mod tests;
