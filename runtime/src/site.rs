//! The constant part of a span: a method, a statement, a route, or a name.

use std::borrow::Cow;
use std::sync::OnceLock;

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;

use crate::core::Metric;
use crate::exemplars::EndedSpan;
use crate::outcome::Outcome;
use crate::registry::SeriesId;
use crate::sql::Statement;
use crate::tracing_span::SiteCallsite;

/// What a span shows that does not change from one to the next. A span's end asks for the metric; the rest is for the
/// exporter's thread.
pub(crate) trait Describe: Sync {
    /// Asked once, as a rule on the exporter's thread.
    fn span_name(&'static self) -> Cow<'static, str>;
    fn span_kind(&'static self) -> SpanKind;
    /// Cloned for every span, so texts are to be static or counted.
    fn attributes(&'static self, into: &mut Vec<KeyValue>);
    /// The statement that the spans are, if they are.
    fn statement(&'static self) -> Option<&'static Statement> {
        None
    }
    /// Whether many of its spans in one trace are worth a word. Asked once, at the first span.
    fn may_repeat(&self) -> bool {
        false
    }
    /// Whether its spans come from `tracing`, and so need not be shown to it.
    #[cfg(feature = "tracing-spans")]
    fn comes_from_tracing(&self) -> bool {
        false
    }
    /// Asked once, at the first span.
    fn measure(&'static self) -> Measure;
    /// The series for an outcome, of what is measured by it.
    fn metric(&'static self, _: Outcome) -> Option<Metric> {
        None
    }
    /// The counter for an outcome, of what is measured by it and by labels of the user's own.
    fn counter(&'static self, _: Outcome) -> Option<SeriesId> {
        None
    }
    /// An outcome as the label `result` has it, where the spans are measured under one.
    fn result(&self, _: Outcome) -> Option<&'static str> {
        None
    }
    /// The series that an ended span was added to by what only its attributes or its handle tell.
    fn metric_of_ended(&'static self, _: &EndedSpan<'_>) -> Option<Metric> {
        None
    }
}

/// Which series measures the spans of a site.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Measure {
    Nothing,
    One(Metric),
    /// One for each outcome, as [`Describe::metric`] tells.
    #[cfg_attr(
        not(any(feature = "apalis", feature = "axum", feature = "reqwest-middleware")),
        expect(dead_code, reason = "only requests and jobs are measured so")
    )]
    ByOutcome,
    /// The one of all methods, and one of the method's own for each outcome.
    OneAndByOutcome(Metric),
}

/// A description with its series found: what an open span and its record point to.
pub(crate) struct Site {
    measure: Measure,
    pub(crate) may_repeat: bool,
    pub(crate) description: &'static dyn Describe,
    span_name: OnceLock<Cow<'static, str>>,
    attributes: OnceLock<Box<[KeyValue]>>,
    #[cfg_attr(not(feature = "tracing-spans"), expect(dead_code, reason = "nothing is shown"))]
    pub(crate) callsite: SiteCallsite,
}

impl Site {
    fn new(description: &'static dyn Describe) -> Site {
        let (measure, may_repeat) = (description.measure(), description.may_repeat());
        Site {
            measure,
            may_repeat,
            description,
            span_name: OnceLock::new(),
            attributes: OnceLock::new(),
            callsite: SiteCallsite::new(),
        }
    }

    /// Whether the end of a span is of use to a metric.
    #[inline]
    pub(crate) fn is_measured(&self) -> bool {
        !matches!(self.measure, Measure::Nothing)
    }

    #[inline]
    pub(crate) fn measure(&self) -> Measure {
        self.measure
    }

    /// The counter that is added to at an end with this outcome.
    pub(crate) fn counter(&self, outcome: Outcome) -> Option<SeriesId> {
        match self.measure {
            Measure::OneAndByOutcome(_) => self.description.counter(outcome),
            Measure::Nothing | Measure::One(_) | Measure::ByOutcome => None,
        }
    }

    /// The series that an ended span was added to.
    pub(crate) fn metrics_of_ended(&self, span: &EndedSpan<'_>) -> impl Iterator<Item = Metric> {
        // What is measured by its outcome may have been measured by more.
        let by_site =
            (!matches!(self.measure, Measure::ByOutcome)).then(|| self.metrics(span.record.outcome));
        by_site.into_iter().flatten().chain(self.description.metric_of_ended(span))
    }

    /// The series that all of its spans are in, if there is one.
    pub(crate) fn series_of_all(&self) -> Option<SeriesId> {
        match self.measure {
            Measure::One(metric) | Measure::OneAndByOutcome(metric) => Some(metric.series()),
            Measure::Nothing | Measure::ByOutcome => None,
        }
    }

    pub(crate) fn span_name(&'static self) -> &'static str {
        self.span_name.get_or_init(|| self.description.span_name())
    }

    /// What its spans have in common; put together once, on the exporter's thread.
    pub(crate) fn attributes(&self) -> &[KeyValue] {
        self.attributes.get_or_init(|| {
            let mut attributes = Vec::new();
            self.description.attributes(&mut attributes);
            attributes.into()
        })
    }

    /// The series that are added to at an end with this outcome.
    pub(crate) fn metrics(&self, outcome: Outcome) -> impl Iterator<Item = Metric> {
        let (one, by_outcome) = match self.measure {
            Measure::Nothing => (None, None),
            Measure::One(metric) => (Some(metric), None),
            Measure::ByOutcome => (None, self.description.metric(outcome)),
            Measure::OneAndByOutcome(metric) => (Some(metric), self.description.metric(outcome)),
        };
        one.into_iter().chain(by_outcome)
    }
}

/// Where a description keeps its site; apart, so that a method which is never called takes little of the program.
#[derive(Default)]
pub(crate) struct SiteCell(OnceLock<&'static Site>);

impl SiteCell {
    pub(crate) const fn new() -> SiteCell {
        SiteCell(OnceLock::new())
    }

    #[inline]
    pub(crate) fn get(&'static self, description: &'static dyn Describe) -> &'static Site {
        self.0.get_or_init(|| Box::leak(Box::new(Site::new(description))))
    }
}

impl std::fmt::Debug for SiteCell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SiteCell")
    }
}

/// A root that has nothing but a name.
pub(crate) struct NamedRoot {
    name: &'static str,
    site: SiteCell,
}

impl NamedRoot {
    pub(crate) fn new(name: &'static str) -> NamedRoot {
        NamedRoot { name, site: SiteCell::new() }
    }

    pub(crate) fn site(&'static self) -> &'static Site {
        self.site.get(self)
    }
}

impl Describe for NamedRoot {
    fn span_name(&'static self) -> Cow<'static, str> {
        Cow::Borrowed(self.name)
    }

    fn span_kind(&'static self) -> SpanKind {
        SpanKind::Internal
    }

    fn attributes(&'static self, _into: &mut Vec<KeyValue>) {}

    fn measure(&'static self) -> Measure {
        Measure::Nothing
    }
}
