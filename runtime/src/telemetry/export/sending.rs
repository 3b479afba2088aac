//! The thread that sends what is in a lane, batch after batch.

use std::sync::Arc;

use opentelemetry::InstrumentationScope;

use super::backoff::Backoff;
use super::batch;
use super::chunk::Chunk;
use super::deliveries::Deliveries;
use super::exporter::ErasedExporter;
use super::foreign::{Troubles, foreign};
use super::lane::{Fate, Lane};
use super::queue::{End, Next};
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
        let deliveries = Deliveries::new(lane, backoff);
        Sending { core, lane, exporter, scope: scope.build(), deliveries }
    }

    pub(super) fn run(mut self) {
        let mut end = End::Complete;
        while let Some(next) = self.lane.queue.take() {
            match next {
                Next::Batch(chunks) => {
                    if !self.send(chunks) {
                        end = End::CutOff;
                    }
                }
                Next::Flush(mark) => {
                    self.deliveries.flush(&*self.exporter);
                    self.lane.queue.flushed(mark);
                }
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
            // Before they are converted: what is pushed out meanwhile has cost nothing.
            if let Err(reason) = self.deliveries.wait_for_turn() {
                self.lane.count(left, Fate::Dropped(reason));
                return in_time && reason != DropReason::ShutDown;
            }
            let Ok(batch) = foreign(|| batch::next_of(&mut spans)) else {
                // That is a fault of ours, for which the thread must not end either.
                let fate = self.deliveries.refused(left, "the spans could not be converted");
                self.lane.count(left, fate);
                return in_time;
            };
            let size = batch.len();
            match self.deliveries.deliver(&*self.exporter, batch) {
                // The rest of what is in hand goes with it.
                fate @ Fate::Dropped(DropReason::QueueFull) => {
                    self.lane.count(left, fate);
                    return in_time;
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
