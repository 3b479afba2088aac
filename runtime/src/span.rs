//! One span: what every call, statement and request is while it runs.

use crate::clock::Ticks;
use crate::core::{self, Metric};
use crate::ctx::Ctx;
use crate::outcome::Outcome;
use crate::record::SpanRecord;
use crate::site::Site;
use crate::trace;

/// A span and its timer. It measures without recording where its trace is not recorded, and outside any telemetry
/// handle it only reads the clock: a handle that is installed before it ends measures it in full.
pub(crate) struct Span {
    site: &'static Site,
    /// The context of its caller while it is unopened, and then its own, in which what it calls opens its spans.
    ctx: Ctx,
    parent: u64,
    started: Ticks,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Unopened,
    /// Open, and at its end at most measured.
    Measured,
    /// Open, and at its end recorded.
    Recorded,
    Finished,
}

impl Span {
    /// A span that [`open`](Span::open) opens.
    #[inline]
    pub(crate) fn unopened(caller: Ctx, site: &'static Site) -> Span {
        Span { site, ctx: caller, parent: 0, started: Ticks::NONE, phase: Phase::Unopened }
    }

    /// The root of a trace, open; its caller holds the trace's buffer.
    #[inline]
    pub(crate) fn root(ctx: Ctx, parent: u64, site: &'static Site) -> Span {
        let recorded = ctx.is_recording();
        let started = if recorded || site.is_measured() { Ticks::now() } else { Ticks::NONE };
        let phase = if recorded { Phase::Recorded } else { Phase::Measured };
        Span { site, ctx, parent, started, phase }
    }

    pub(crate) fn site(&self) -> &'static Site {
        self.site
    }

    #[inline]
    pub(crate) fn ctx(&self) -> Ctx {
        self.ctx
    }

    #[inline]
    pub(crate) fn is_unopened(&self) -> bool {
        self.phase == Phase::Unopened
    }

    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Measured | Phase::Recorded)
    }

    /// Opens the span and starts its timer. One that was made outside any context belongs to the `current` one.
    #[inline(always)]
    pub(crate) fn open(&mut self, current: Ctx) {
        if self.ctx.is_none() {
            self.ctx = current;
        }
        self.phase = Phase::Measured;
        if self.ctx.is_recording()
            && let Some(id) = trace::open_span(self.ctx.key)
        {
            self.parent = self.ctx.span;
            self.ctx.span = id;
            self.phase = Phase::Recorded;
            self.started = Ticks::now();
        } else if self.site.is_measured() {
            // Reading the counter is a good part of what an unrecorded span costs.
            self.started = Ticks::now();
        }
    }

    /// Measures the span and, where it is recorded, gives its record to its trace. Does nothing unless it is open.
    #[inline(always)]
    pub(crate) fn finish(&mut self, outcome: Outcome) {
        let recorded = self.phase == Phase::Recorded;
        if !self.is_open() {
            return;
        }
        self.phase = Phase::Finished;
        let metric = self.site.metric();
        if metric.is_none() && !recorded {
            return;
        }
        let end = Ticks::now();
        if let Some(metric) = metric {
            core::measure(self.ctx.key, metric, end.since(self.started), outcome);
        }
        if recorded {
            trace::close_span(self.ctx.key, self.record(end, outcome));
        }
    }

    /// Measures a root; its record, for whoever holds the trace's buffer, if it is recorded.
    pub(crate) fn finish_root(&mut self, metric: Option<Metric>, outcome: Outcome) -> Option<SpanRecord> {
        let recorded = self.phase == Phase::Recorded;
        self.phase = Phase::Finished;
        if metric.is_none() && !recorded {
            return None;
        }
        let end = Ticks::now();
        if let Some(metric) = metric {
            core::measure(self.ctx.key, metric, end.since(self.started), outcome);
        }
        recorded.then(|| self.record(end, outcome))
    }

    #[inline(always)]
    fn record(&self, end: Ticks, outcome: Outcome) -> SpanRecord {
        SpanRecord {
            id: self.ctx.span,
            parent: self.parent,
            start: self.started,
            end,
            site: self.site,
            outcome,
        }
    }
}
