//! One open span: what every call, statement and request is while it runs.

use crate::clock::Ticks;
use crate::collect::DropReason;
use crate::core::{Core, Metric};
use crate::ctx::Ctx;
use crate::ids;
use crate::outcome::Outcome;
use crate::record::{Describe, SpanRecord};
use crate::trace::{self, Opening};

/// An open span and its timer. It measures without recording where its trace is not recorded, and does nothing at
/// all outside any telemetry handle.
pub(crate) struct OpenSpan {
    ctx: Ctx,
    parent: u64,
    started: Ticks,
    what: &'static dyn Describe,
    metric: Option<Metric>,
    /// `None` outside any telemetry handle.
    core: Option<&'static Core>,
    recording: bool,
}

impl OpenSpan {
    /// Opens a span under `parent` and starts its timer.
    #[inline]
    pub(crate) fn start(parent: Ctx, what: &'static dyn Describe, metric: Option<Metric>) -> OpenSpan {
        let (core, recording) = if parent.is_recording() {
            match trace::open_span(parent.key) {
                Opening::Open(core) => (Some(core), true),
                Opening::Late => (late(parent), false),
            }
        } else {
            (Core::of(parent.key), false)
        };
        let ctx = if recording { Ctx { key: parent.key, span: ids::next() } } else { parent };
        let timed = core.is_some() && (recording || metric.is_some());
        let started = if timed { Ticks::now() } else { Ticks::ZERO };
        OpenSpan { ctx, parent: parent.span, started, what, metric, core, recording }
    }

    /// The root of a trace, whose buffer its caller holds.
    pub(crate) fn root(
        ctx: Ctx,
        parent: u64,
        core: &'static Core,
        what: &'static dyn Describe,
        metric: Option<Metric>,
    ) -> OpenSpan {
        let recording = ctx.is_recording();
        OpenSpan { ctx, parent, started: Ticks::now(), what, metric, core: Some(core), recording }
    }

    /// The context of the span itself, in which what it calls opens its spans.
    #[inline]
    pub(crate) fn ctx(&self) -> Ctx {
        self.ctx
    }

    /// Chooses the series that the span is measured by, where it was not known at the start.
    pub(crate) fn measure_as(&mut self, metric: Metric) {
        self.metric = Some(metric);
    }

    /// Measures the span and, where it is recorded, gives its record to its trace.
    #[inline]
    pub(crate) fn finish(&mut self, outcome: Outcome) {
        if let Some((core, record)) = self.close(outcome) {
            trace::close_span(self.ctx.key, core, record);
        }
    }

    /// Measures the span and returns its record where it is recorded. A span closes once.
    #[inline]
    pub(crate) fn close(&mut self, outcome: Outcome) -> Option<(&'static Core, SpanRecord)> {
        let core = self.core.take()?;
        if !self.recording && self.metric.is_none() {
            return None;
        }
        let end = Ticks::now();
        if let Some(metric) = self.metric {
            core.measure(metric, end.nanos_since(self.started), outcome);
        }
        self.recording.then(|| {
            let record = SpanRecord {
                id: self.ctx.span,
                parent: self.parent,
                start: self.started,
                end,
                what: self.what,
                outcome,
            };
            (core, record)
        })
    }
}

#[cold]
fn late(parent: Ctx) -> Option<&'static Core> {
    let core = Core::of(parent.key)?;
    core.collector.count_dropped(DropReason::Late, 1);
    Some(core)
}
