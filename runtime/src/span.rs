//! One span: what every call, statement and request is while it runs.

use crate::amount::Amount;
use crate::clock::Ticks;
use crate::core::{self, Metric};
use crate::ctx::Ctx;
use crate::outcome::Outcome;
use crate::record::SpanRecord;
use crate::site::{Measure, Site};
use crate::thread::Thread;
use crate::trace;
use crate::tracing_span::TracingSpan;

/// A span and its timer. It measures without recording where its trace is not recorded, and outside any telemetry
/// handle it only reads the clock: a handle that is installed before it ends measures it in full.
pub(crate) struct Span {
    site: &'static Site,
    /// The context of its caller while it is unopened, and then its own, in which what it calls opens its spans.
    ctx: Ctx,
    parent: u64,
    started: Ticks,
    phase: Phase,
    /// What it adds to its method's counter, if that has one.
    amount: Amount,
    /// What the application's subscriber sees of it, while it is open.
    shown: TracingSpan,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Unopened,
    /// Open, and at its end at most measured.
    Measured,
    /// Open, and at its end recorded.
    Recorded,
    /// Opened, to wait for what was made in it to run.
    Waiting {
        recorded: bool,
    },
    Finished,
}

impl Span {
    /// A span that [`open`](Span::open) opens.
    #[inline]
    pub(crate) fn unopened(caller: Ctx, site: &'static Site) -> Span {
        Span {
            site,
            ctx: caller,
            parent: 0,
            started: Ticks::NONE,
            phase: Phase::Unopened,
            amount: Amount::NONE,
            shown: TracingSpan::none(),
        }
    }

    /// The root of a trace, open; its caller holds the trace's buffer.
    #[inline]
    pub(crate) fn root(ctx: Ctx, parent: u64, site: &'static Site) -> Span {
        let recorded = ctx.is_recording();
        let started = if recorded || site.is_measured() { Ticks::now() } else { Ticks::NONE };
        let phase = if recorded { Phase::Recorded } else { Phase::Measured };
        let (amount, shown) = (Amount::NONE, TracingSpan::none());
        let mut root = Span { site, ctx, parent, started, phase, amount, shown };
        root.shown.open(site);
        root
    }

    /// It adds so much to its method's counter.
    pub(crate) fn counts(&mut self, amount: u64) {
        self.amount = Amount::new(amount);
    }

    pub(crate) fn site(&self) -> &'static Site {
        self.site
    }

    #[inline]
    pub(crate) fn ctx(&self) -> Ctx {
        self.ctx
    }

    #[inline]
    pub(crate) fn has_parent(&self) -> bool {
        self.parent != 0
    }

    #[cfg(feature = "axum")]
    pub(crate) fn started(&self) -> Ticks {
        self.started
    }

    /// Ticks since it was opened.
    #[cfg(feature = "_sqlx")]
    pub(crate) fn elapsed(&self) -> u64 {
        Ticks::now().since(self.started)
    }

    /// An open span is of another site than was to be seen at its start.
    #[cfg(any(feature = "_sqlx", feature = "reqwest-middleware"))]
    pub(crate) fn becomes(&mut self, site: &'static Site) {
        self.site = site;
    }

    /// Whether a poll is to open it: its first one, or the first one after it waited.
    #[inline]
    pub(crate) fn is_to_open(&self) -> bool {
        matches!(self.phase, Phase::Unopened | Phase::Waiting { .. })
    }

    #[inline]
    pub(crate) fn is_unfinished(&self) -> bool {
        !matches!(self.phase, Phase::Unopened | Phase::Finished)
    }

    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Measured | Phase::Recorded)
    }

    /// Opens the span and starts its timer. One that was made outside any context belongs to the `current` one.
    pub(crate) fn open(&mut self, current: Ctx) {
        if let Phase::Waiting { recorded } = self.phase {
            self.phase = if recorded { Phase::Recorded } else { Phase::Measured };
            self.started = Ticks::now();
            return;
        }
        self.belong(current);
        let id = if self.ctx.is_recording() { trace::open_span(self.ctx.key) } else { None };
        match id {
            Some(id) => self.start_recorded(id, Ticks::now()),
            None if self.site.is_measured() => self.start_measured(Ticks::now()),
            // Reading the counter is a good part of what an unrecorded span costs.
            None => self.start_measured(Ticks::NONE),
        }
    }

    /// [`open`](Span::open) where nothing is out of the ordinary, as it nearly always is: it calls no function, so that
    /// nothing has to be put aside for one. Otherwise it says so, and has done nothing that `open` would not do.
    #[inline(always)]
    pub(crate) fn open_here(&mut self, thread: &Thread, current: Ctx) -> bool {
        if self.phase != Phase::Unopened {
            return false;
        }
        self.belong(current);
        if !self.ctx.is_recording() && !self.site.is_measured() {
            self.start_measured(Ticks::NONE);
            return true;
        }
        let Some(now) = Ticks::now_inline() else { return false };
        if !self.ctx.is_recording() {
            self.start_measured(now);
            return true;
        }
        let id = thread.active.open_span(self.ctx.key);
        if let Some(id) = id {
            self.start_recorded(id, now);
        }
        id.is_some()
    }

    #[inline(always)]
    fn belong(&mut self, current: Ctx) {
        if self.ctx.is_none() {
            self.ctx = current;
        }
    }

    #[inline(always)]
    fn start_measured(&mut self, now: Ticks) {
        self.phase = Phase::Measured;
        self.started = now;
        self.shown.open(self.site);
    }

    #[inline(always)]
    fn start_recorded(&mut self, id: u64, now: Ticks) {
        self.phase = Phase::Recorded;
        self.parent = self.ctx.span;
        self.ctx.span = id;
        self.started = now;
        self.shown.open(self.site);
    }

    /// A part of it begins to run.
    #[inline(always)]
    pub(crate) fn entered(&self) {
        self.shown.enter();
    }

    /// A part of it runs no longer.
    #[inline(always)]
    pub(crate) fn left(&self) {
        self.shown.exit();
    }

    #[inline(always)]
    fn finished(&mut self, outcome: Outcome) {
        self.phase = Phase::Finished;
        self.shown.close(outcome);
    }

    /// Lets an open span wait: its timer starts again when it [opens](Span::open) again. One outside any context may
    /// still find one then; one that has children goes on, as they need it.
    pub(crate) fn wait(&mut self) {
        self.phase = match self.phase {
            _ if self.ctx.is_none() => Phase::Unopened,
            Phase::Recorded if !trace::is_last(self.ctx) => return,
            phase => Phase::Waiting { recorded: phase == Phase::Recorded },
        };
    }

    /// [`finish`](Span::finish), for one that may wait outside any context.
    pub(crate) fn end(&mut self, outcome: Outcome) {
        if self.phase == Phase::Unopened {
            self.phase = Phase::Measured;
        }
        self.finish(outcome);
    }

    /// Ends a span that was dropped: one that waits as if it had never been, one that is open as cancelled.
    pub(crate) fn drop_unfinished(&mut self) {
        let Phase::Waiting { recorded } = self.phase else { return self.finish(Outcome::Cancelled) };
        self.finished(Outcome::Cancelled);
        if recorded {
            trace::abandon_span(self.ctx);
        }
    }

    /// Measures the span and, where it is recorded, gives its record to its trace. Does nothing unless it was opened and
    /// has not ended.
    pub(crate) fn finish(&mut self, outcome: Outcome) {
        if !self.is_unfinished() {
            return;
        }
        let recorded = matches!(self.phase, Phase::Recorded | Phase::Waiting { recorded: true });
        self.finished(outcome);
        if !self.site.is_measured() && !recorded {
            return;
        }
        let end = Ticks::now();
        for metric in self.site.metrics(outcome) {
            core::measure(self.ctx.key, metric, end.since(self.started), outcome);
        }
        if let Some(counter) = self.site.counter(outcome) {
            core::add(self.ctx.key, counter, self.amount.get());
        }
        if recorded {
            trace::close_span(self.ctx.key, self.record(end, outcome));
        }
    }

    /// [`finish`](Span::finish) of a span that has ended well where nothing is out of the ordinary, as
    /// [`open_here`](Span::open_here) is to `open`.
    #[inline(always)]
    pub(crate) fn finish_ok_here(&mut self, thread: &Thread) -> bool {
        if !self.is_open() {
            return true;
        }
        let recorded = self.phase == Phase::Recorded;
        let cell = match self.site.measure() {
            Measure::One(metric) => match core::own_cell(thread, self.ctx.key, metric) {
                None => return false,
                cell => cell,
            },
            Measure::Nothing if !recorded => {
                self.finished(Outcome::Ok);
                return true;
            }
            Measure::Nothing => None,
            Measure::ByOutcome | Measure::OneAndByOutcome(_) => return false,
        };
        let Some(end) = Ticks::now_inline() else { return false };
        if recorded && !thread.active.close_span(self.ctx.key, || self.record(end, Outcome::Ok)) {
            return false;
        }
        self.finished(Outcome::Ok);
        if let Some(cell) = cell {
            cell.measure_ok(end.since(self.started));
        }
        true
    }

    /// Measures a root; its record, for whoever holds the trace's buffer, if it is recorded.
    pub(crate) fn finish_root(&mut self, metric: Option<Metric>, outcome: Outcome) -> Option<SpanRecord> {
        let recorded = self.phase == Phase::Recorded;
        self.finished(outcome);
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
