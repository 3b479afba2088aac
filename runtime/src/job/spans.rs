//! The constant parts of the spans of jobs, and their series.

use std::borrow::Cow;

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use opentelemetry_semantic_conventions::attribute::{
    MESSAGING_OPERATION_NAME, MESSAGING_OPERATION_TYPE, MESSAGING_SYSTEM,
};

use crate::core::Metric;
use crate::counters::Counted;
use crate::exemplars::EndedSpan;
use crate::labelled::result;
use crate::names::{JOB_WAITS, JOBS};
use crate::outcome::Outcome;
use crate::site::{Describe, Measure, Site, SiteCell};

const TASK_TYPE: &str = "job.task_type";

/// Handing a job of one type to a back end.
pub(super) struct Enqueueing {
    task_type: &'static str,
    site: SiteCell,
}

/// An attempt at a job of one type.
pub(super) struct Handling {
    task_type: &'static str,
    site: SiteCell,
}

impl Enqueueing {
    pub(super) fn new(task_type: &'static str) -> Enqueueing {
        Enqueueing { task_type, site: SiteCell::new() }
    }

    pub(super) fn site(&'static self) -> &'static Site {
        self.site.get(self)
    }
}

impl Handling {
    pub(super) fn new(task_type: &'static str) -> Handling {
        Handling { task_type, site: SiteCell::new() }
    }

    pub(super) fn site(&'static self) -> &'static Site {
        self.site.get(self)
    }

    /// The series of how long jobs of this type wait for their first attempt.
    pub(super) fn waits(&self) -> Metric {
        Metric::of(&JOB_WAITS, Box::new([self.task_type.to_owned()]))
    }
}

impl Counted for Handling {
    fn labels(&'static self) -> Vec<String> {
        vec![self.task_type.to_owned()]
    }
}

impl Describe for Enqueueing {
    fn span_name(&'static self) -> Cow<'static, str> {
        format!("job.enqueue:{}", self.task_type).into()
    }

    fn span_kind(&'static self) -> SpanKind {
        SpanKind::Producer
    }

    fn attributes(&'static self, into: &mut Vec<KeyValue>) {
        into.extend(attributes(self.task_type, "send", "push"));
    }

    fn measure(&'static self) -> Measure {
        Measure::Nothing
    }
}

impl Describe for Handling {
    fn span_name(&'static self) -> Cow<'static, str> {
        format!("job.handle:{}", self.task_type).into()
    }

    fn span_kind(&'static self) -> SpanKind {
        SpanKind::Consumer
    }

    fn attributes(&'static self, into: &mut Vec<KeyValue>) {
        into.extend(attributes(self.task_type, "process", "process"));
    }

    fn measure(&'static self) -> Measure {
        Measure::ByOutcome
    }

    fn metric(&'static self, outcome: Outcome) -> Option<Metric> {
        Some(Metric::of(&JOBS, Box::new([self.task_type.to_owned(), result(outcome).to_owned()])))
    }

    fn metric_of_ended(&'static self, span: &EndedSpan<'_>) -> Option<Metric> {
        self.metric(span.record.outcome)
    }
}

fn attributes(task_type: &'static str, kind: &'static str, name: &'static str) -> [KeyValue; 4] {
    [
        KeyValue::new(TASK_TYPE, task_type),
        KeyValue::new(MESSAGING_SYSTEM, "apalis"),
        KeyValue::new(MESSAGING_OPERATION_TYPE, kind),
        KeyValue::new(MESSAGING_OPERATION_NAME, name),
    ]
}
