//! The thread that sends what is in a lane, batch after batch, each until it is taken, refused, or given up.

use std::sync::Arc;
use std::time::Instant;

use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::trace::SpanData;

use super::backoff::Backoff;
use super::batch;
use super::chunk::Chunk;
use super::exporter::{Answer, Attempt, ErasedExporter};
use super::foreign::{Troubles, foreign};
use super::lane::{Fate, Lane};
use super::queue::{End, Rested};
use super::spans::Spans;
use crate::core::Core;
use crate::dropped::DropReason;

pub(super) struct Sending {
    core: &'static Core,
    lane: &'static Lane,
    exporter: Box<dyn ErasedExporter>,
    scope: InstrumentationScope,
    deliveries: Deliveries,
}

impl Sending {
    pub(super) fn new(
        core: &'static Core,
        lane: &'static Lane,
        exporter: Box<dyn ErasedExporter>,
        backoff: Backoff,
    ) -> Sending {
        let scope = InstrumentationScope::builder("spanweave").with_version(env!("CARGO_PKG_VERSION"));
        let deliveries = Deliveries { lane, backoff, troubles: Troubles::default(), given_up: None };
        Sending { core, lane, exporter, scope: scope.build(), deliveries }
    }

    pub(super) fn run(mut self) {
        let mut end = End::Complete;
        while let Some(chunks) = self.lane.queue.take() {
            if !self.send(chunks) {
                end = End::CutOff;
            }
        }
        let exporter = self.exporter;
        let shut_down = foreign(move || exporter.shutdown());
        if let Err(error) = shut_down.and_then(|result| result.map_err(|error| error.to_string())) {
            Troubles::say_at_the_end(&self.lane.name, &error);
        }
        self.lane.queue.end(end);
    }

    /// Sends chunks, and counts what became of their spans; says whether there was time for all of them.
    fn send(&mut self, chunks: Vec<Arc<Chunk>>) -> bool {
        let mut left: usize = chunks.iter().map(|chunk| chunk.span_count()).sum();
        let of_chunk = |chunk| Spans::of(self.core, &self.scope, Arc::unwrap_or_clone(chunk));
        let mut spans = chunks.into_iter().flat_map(of_chunk).peekable();
        let mut in_time = true;
        while left > 0 {
            if self.deliveries.are_over() {
                self.lane.count(left, Fate::Dropped(DropReason::ShutDown));
                return false;
            }
            let Ok(batch) = foreign(|| batch::next_of(&mut spans)) else {
                // That is a fault of ours, for which the thread must not end either.
                let fate = self.deliveries.refused(left, "the spans could not be converted");
                self.lane.count(left, fate);
                return true;
            };
            let size = batch.len();
            match self.deliveries.deliver(&*self.exporter, batch) {
                // The rest of what is in hand goes with it.
                fate @ Fate::Dropped(DropReason::QueueFull) => {
                    self.lane.count(left, fate);
                    return true;
                }
                fate => {
                    in_time &= fate != Fate::Dropped(DropReason::Unanswered);
                    self.lane.count(size, fate);
                }
            }
            left -= size;
        }
        in_time
    }
}

/// How batches are delivered in one lane.
struct Deliveries {
    lane: &'static Lane,
    backoff: Backoff,
    troubles: Troubles,
    /// The cutoff before which there was no time for another attempt.
    given_up: Option<Instant>,
}

impl Deliveries {
    /// Nothing is tried any more, unless somebody asks again and waits longer.
    fn are_over(&self) -> bool {
        let cutoff = &self.lane.cutoff;
        cutoff.has_passed() || (self.given_up.is_some() && self.given_up == cutoff.at())
    }

    /// Tries until the batch is taken or refused, or given up.
    fn deliver(&mut self, exporter: &dyn ErasedExporter, batch: Vec<SpanData>) -> Fate {
        let (lane, spans) = (self.lane, batch.len());
        self.backoff.restart();
        let mut attempt = match foreign(|| exporter.prepare(batch)) {
            Ok(attempt) => attempt,
            Err(why) => return self.refused(spans, &why),
        };
        loop {
            match self.try_once(&mut attempt) {
                Answer::Taken { rejected } => {
                    self.troubles.are_over(&lane.name);
                    if rejected > 0 {
                        self.troubles.say_lost(
                            &lane.name,
                            rejected,
                            "the collector rejected a part of a batch",
                        );
                    }
                    return Fate::Taken { rejected };
                }
                Answer::Refused { why } => return self.refused(spans, &why),
                Answer::Retry { after, why } => {
                    self.troubles.say_waiting(&lane.name, &why);
                    // Who shuts down has little time.
                    let cutoff = lane.cutoff.at();
                    if cutoff.is_some() {
                        self.backoff.restart();
                    }
                    match lane.rest(self.backoff.wait(after), cutoff) {
                        Rested::TryAgain => {}
                        Rested::PushedOut => return Fate::Dropped(DropReason::QueueFull),
                        Rested::CutOff(at) => {
                            self.given_up = Some(at);
                            return Fate::Dropped(DropReason::Unanswered);
                        }
                    }
                }
            }
        }
    }

    fn try_once(&self, attempt: &mut Attempt<'_>) -> Answer {
        let begun = Instant::now();
        let answer = foreign(|| attempt(&self.lane.cutoff)).unwrap_or_else(|why| Answer::Refused { why });
        self.lane.attempts.count(&answer, begun.elapsed());
        answer
    }

    fn refused(&mut self, spans: usize, why: &str) -> Fate {
        self.troubles.say_lost(&self.lane.name, spans, why);
        Fate::Dropped(DropReason::Refused)
    }
}
