//! A method's calls with the values of the labels of its own histogram and counter.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use parking_lot::Mutex;

use crate::core::Metric;
use crate::family::Family;
use crate::label_sets::LabelSet;
use crate::label_value::LabelValue;
use crate::method::Method;
use crate::outcome::Outcome;
use crate::registry::{self, Series, SeriesId};
use crate::site::{Describe, Measure, Site, SiteCell};

/// A method under one set of label values; there is one of each for the life of the process.
pub(crate) struct Labelled {
    method: &'static Method,
    values: Box<[String]>,
    own: OwnFamilies,
    /// Of the outcomes that have no class, by their index.
    by_outcome: [OnceLock<OfResult>; Outcome::COUNT],
    by_class: Mutex<HashMap<&'static str, OfResult>>,
    site: SiteCell,
}

/// The metrics of a method's own.
#[derive(Clone, Copy)]
pub(crate) struct OwnFamilies {
    histogram: Option<&'static Family>,
    counter: Option<&'static Family>,
}

/// What the calls with one result are added to.
#[derive(Clone, Copy)]
struct OfResult {
    duration: Option<Metric>,
    counter: Option<SeriesId>,
}

impl OwnFamilies {
    /// Says in the log what cannot be measured: no lock may be held.
    #[cold]
    pub(crate) fn of(method: &'static Method) -> OwnFamilies {
        let options = method.options();
        OwnFamilies {
            histogram: options.metric.and_then(|metric| Family::own(metric, options.labels)),
            counter: options.counter.and_then(|counter| Family::own_counter(counter, options.labels)),
        }
    }
}

impl Labelled {
    /// The one of these values; of those that are one too many, the one of `other`.
    pub(crate) fn of(method: &'static Method, values: &[&dyn LabelValue]) -> &'static Labelled {
        LabelSet::of(method, values)
    }

    pub(crate) fn new(method: &'static Method, own: OwnFamilies, values: Box<[String]>) -> Labelled {
        Labelled {
            method,
            values,
            own,
            by_outcome: Default::default(),
            by_class: Mutex::default(),
            site: SiteCell::new(),
        }
    }

    /// The series that a method's own metrics have before its first call: those of every outcome, where `result` is the only
    /// label. Whatever else the values of labels will be, nobody knows.
    pub(crate) fn series_from_the_start(method: &'static Method) -> Vec<SeriesId> {
        let options = method.options();
        let has_own = options.metric.is_some() || options.counter.is_some();
        if !has_own || !options.labels.is_empty() {
            return Vec::new();
        }
        let labelled = Labelled::of(method, &[]);
        let results = [Outcome::Ok, Outcome::Cancelled, Outcome::Panicked];
        let series = |result| {
            let OfResult { duration, counter } = labelled.of_result(result);
            duration.map(Metric::series).into_iter().chain(counter)
        };
        results.into_iter().flat_map(series).collect()
    }

    /// Counts a set of values that is one too many.
    pub(crate) fn count_overflow(&self) {
        let OwnFamilies { histogram, counter } = self.own;
        histogram.into_iter().chain(counter).for_each(Family::count_overflow);
    }

    pub(crate) fn site(&'static self) -> &'static Site {
        self.site.get(self)
    }

    fn of_result(&self, outcome: Outcome) -> OfResult {
        let new = || {
            let labels = || self.values.iter().cloned().chain([result(outcome).to_owned()]).collect();
            let counter = |family| registry::register(Series { family, labels: labels() });
            OfResult {
                duration: self.own.histogram.map(|family| Metric::of(family, labels())),
                counter: self.own.counter.map(counter),
            }
        };
        match outcome {
            Outcome::Error(class) => *self.by_class.lock().entry(class).or_insert_with(new),
            _ => *self.by_outcome[outcome.index()].get_or_init(new),
        }
    }
}

/// The value of the label `result`: an error's class, or the outcome. A class that is an outcome's name is told from it.
pub(crate) fn result(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Error("ok") => "error_ok",
        Outcome::Error("cancelled") => "error_cancelled",
        Outcome::Error("panicked") => "error_panicked",
        Outcome::Error(class) => class,
        outcome => outcome.label(),
    }
}

impl Describe for Labelled {
    fn span_name(&'static self) -> Cow<'static, str> {
        self.method.span_name()
    }

    fn span_kind(&'static self) -> SpanKind {
        self.method.span_kind()
    }

    fn attributes(&'static self, into: &mut Vec<KeyValue>) {
        self.method.attributes(into);
    }

    fn measure(&'static self) -> Measure {
        Measure::OneAndByOutcome(self.method.series())
    }

    fn metric(&'static self, outcome: Outcome) -> Option<Metric> {
        self.of_result(outcome).duration
    }

    fn counter(&'static self, outcome: Outcome) -> Option<SeriesId> {
        self.of_result(outcome).counter
    }

    fn result(&self, outcome: Outcome) -> Option<&'static str> {
        Some(result(outcome))
    }
}
