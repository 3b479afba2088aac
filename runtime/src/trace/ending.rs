//! How the root of a trace ends it: what becomes of it is decided, and told to the spans that are still open.

use std::collections::HashSet;

use super::OpenTrace;
use crate::dropped::DropReason;
use crate::outbox::{EndedTrace, TraceEnd};
use crate::record::SpanRecord;
use crate::repeated::{self, Repeated};
use crate::slab::{self, Away};
use crate::telemetry::{Decision, KeptFor, LeftOut};

impl OpenTrace {
    /// Ends the trace: hands it over with its root's record if it is kept, and forgets it otherwise.
    pub(crate) fn end(mut self: Box<Self>, root: SpanRecord) {
        let decided = self.decide(&root);
        let decision = self.leave(&root, decided, |trace| trace.decide_again(&root, decided));
        self.core.decisions.count(decision);
        let repeated = self.find_repeated();
        match decision {
            Ok(kept_for) => self.hand_over(kept_for, repeated, root),
            Err(_) => self.buffer.clear(),
        }
        self.recycle();
    }

    /// Ends the trace as if it had never been.
    pub(crate) fn discard(mut self: Box<Self>, root: SpanRecord) {
        let nobody_asks = Err(LeftOut::Ratio);
        let _ended = self.leave(&root, nobody_asks, |_| nobody_asks);
        self.buffer.clear();
        self.recycle();
    }

    /// Counts a statement that ran too often, whether the trace is kept or not.
    #[inline]
    fn find_repeated(&self) -> Option<Repeated> {
        repeated::find(self.buffer.spans(), self.core.rules.sql.repeated, &self.core.counters)
    }

    fn hand_over(&mut self, kept_for: KeptFor, repeated: Option<Repeated>, root: SpanRecord) {
        let (trace_id, collector) = (self.trace_id, &self.core.collector);
        let (noticed, lost) = (self.buffer.noticed(), self.buffer.lost());
        if lost > 0 {
            collector.count_dropped(DropReason::TraceTooLong, lost as usize);
        }
        let end = Some(TraceEnd { kept_for, noticed, lost, repeated });
        collector.hand_over(EndedTrace { trace_id, end, root, buffer: &mut self.buffer });
    }

    /// What becomes of the trace by what its root's thread knows of it.
    #[inline]
    fn decide(&self, root: &SpanRecord) -> Decision {
        let kept_for = self.choose(root)?;
        if self.key.is_sampled() || self.core.rules.keeping.admits() {
            Ok(kept_for)
        } else {
            Err(LeftOut::Cap)
        }
    }

    /// The same by what all threads know of it. The limit has been asked for a trace that a rule held for, so of what it has
    /// admitted only the reason may change.
    fn decide_again(&self, root: &SpanRecord, decided: Decision) -> Decision {
        match decided {
            Ok(_) => self.choose(root),
            Err(LeftOut::Cap) => decided,
            Err(_) => self.decide(root),
        }
    }

    /// What sampling and the rules say, whatever the limit per second.
    #[inline]
    fn choose(&self, root: &SpanRecord) -> Decision {
        let (sampler, has_parent) = (&self.core.rules.sampler, root.parent != 0);
        if self.key.is_sampled() {
            return Ok(sampler.sampled_for(root.site, has_parent));
        }
        let by_rules = self.core.rules.keeping.choose(self.trace_id, root, &self.buffer);
        by_rules.unwrap_or(Err(sampler.left_out_for(has_parent)))
    }

    /// Leaves the slot, where spans that are still open find what was `decided`, `again` where other threads have recorded
    /// something.
    #[inline]
    fn leave(
        &mut self,
        root: &SpanRecord,
        decided: Decision,
        again: impl FnOnce(&OpenTrace) -> Decision,
    ) -> Decision {
        if self.open_spans == 0 && slab::end_untouched(self.key, decided.is_ok()) {
            return decided;
        }
        // Only its root's end lets the slot go.
        let Some(mut trace) = slab::lock(self.key) else { return decided };
        self.buffer.append(&mut trace.value().buffer);
        let decision = again(self);
        trace.value().open_spans += self.open_spans;
        if decision.is_ok() && trace.value().open_spans > 0 {
            self.return_notes_of_open_spans(root, trace.value());
        }
        trace.end(decision.is_ok());
        slab::release(trace, self.key);
        decision
    }

    /// They stay behind until their spans close.
    #[cold]
    fn return_notes_of_open_spans(&mut self, root: &SpanRecord, away: &mut Away) {
        let closed: HashSet<u64> = self.buffer.spans().iter().chain([root]).map(|span| span.id).collect();
        away.buffer.append(&mut self.buffer.take_notes(|span| !closed.contains(&span)));
    }
}
