//! One open span: what every call, statement and request is while it runs.

use crate::clock::Ticks;
use crate::core::{Core, Metric};
use crate::ctx::Ctx;
use crate::ids;
use crate::outcome::Outcome;
use crate::record::{Describe, SpanRecord};
use crate::trace;

/// An open span and its timer. It measures without recording where its trace is not recorded, and outside any telemetry
/// handle it only reads the clock: a handle that is installed before it ends measures it in full.
pub(crate) struct OpenSpan {
    ctx: Ctx,
    parent: u64,
    started: Ticks,
    what: &'static dyn Describe,
    recording: bool,
}

impl OpenSpan {
    /// Opens a span under `parent` and starts its timer.
    #[inline]
    pub(crate) fn start(parent: Ctx, what: &'static dyn Describe) -> OpenSpan {
        let recording = parent.is_recording() && trace::open_span(parent.key);
        let ctx = if recording { Ctx { key: parent.key, span: ids::next() } } else { parent };
        OpenSpan { ctx, parent: parent.span, started: Ticks::now(), what, recording }
    }

    /// The root of a trace, whose buffer its caller holds.
    pub(crate) fn root(ctx: Ctx, parent: u64, what: &'static dyn Describe) -> OpenSpan {
        OpenSpan { ctx, parent, started: Ticks::now(), what, recording: ctx.is_recording() }
    }

    pub(crate) fn what(&self) -> &'static dyn Describe {
        self.what
    }

    /// The context of the span itself, in which what it calls opens its spans.
    #[inline]
    pub(crate) fn ctx(&self) -> Ctx {
        self.ctx
    }

    /// Measures the span and, where it is recorded, gives its record to its trace. To be called once.
    #[inline]
    pub(crate) fn finish(&self, outcome: Outcome) {
        let Some(core) = Core::of(self.ctx.key) else { return };
        let end = self.measure(core, self.what.metric(outcome), outcome);
        if self.recording {
            trace::close_span(self.ctx.key, core, self.record(end, outcome));
        }
    }

    /// Measures the span and returns its end. To be called once.
    #[inline]
    pub(crate) fn measure(&self, core: &'static Core, metric: Option<Metric>, outcome: Outcome) -> Ticks {
        let end = Ticks::now();
        if let Some(metric) = metric {
            core.measure(metric, end.nanos_since(self.started), outcome);
        }
        end
    }

    #[inline]
    pub(crate) fn record(&self, end: Ticks, outcome: Outcome) -> SpanRecord {
        SpanRecord {
            id: self.ctx.span,
            parent: self.parent,
            start: self.started,
            end,
            what: self.what,
            outcome,
        }
    }
}
