//! A method's calls with the values of the labels of its own histogram and counter.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use parking_lot::Mutex;

use crate::core::Metric;
use crate::family::Family;
use crate::method::Method;
use crate::outcome::Outcome;
use crate::registry::{self, OTHER, Series, SeriesId};
use crate::site::{Describe, Measure, Site, SiteCell};

/// The most sets of values that the labels of one method are told apart by; those that come after are `other`.
const MAX_SETS: usize = 256;
/// The most bytes of a value.
const MAX_VALUE: usize = 128;

/// A value that a label can have: text and `bool`, and references or options of these.
///
/// The values of a label are to be few: a method tells 256 sets of them apart, and counts what comes after as `other`.
/// A type of your own, an enum say, implements this trait.
///
/// ```
/// use std::borrow::Cow;
///
/// use spanweave::LabelValue;
///
/// enum Priority {
///     High,
///     Low,
/// }
///
/// impl LabelValue for Priority {
///     fn label_value(&self) -> Cow<'_, str> {
///         match self {
///             Priority::High => "high".into(),
///             Priority::Low => "low".into(),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a label",
    label = "expected text, a `bool`, or an `Option` or reference of one",
    note = "labels want few values: implement `spanweave::LabelValue` for an enum of your own, and record ids and numbers with `fields(…)`"
)]
pub trait LabelValue {
    /// The label's value. An empty one is to Prometheus as if the label were not there.
    fn label_value(&self) -> Cow<'_, str>;
}

impl<T: LabelValue + ?Sized> LabelValue for &T {
    fn label_value(&self) -> Cow<'_, str> {
        (**self).label_value()
    }
}

impl<T: LabelValue> LabelValue for Option<T> {
    fn label_value(&self) -> Cow<'_, str> {
        self.as_ref().map_or(Cow::Borrowed(""), T::label_value)
    }
}

impl LabelValue for str {
    fn label_value(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl LabelValue for String {
    fn label_value(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl LabelValue for Cow<'_, str> {
    fn label_value(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl LabelValue for bool {
    fn label_value(&self) -> Cow<'_, str> {
        Cow::Borrowed(if *self { "true" } else { "false" })
    }
}

/// A method under one set of label values; there is one of each for the life of the process.
pub(crate) struct Labelled {
    method: &'static Method,
    values: Box<[String]>,
    histogram: Option<&'static Family>,
    counter: Option<&'static Family>,
    /// Of the outcomes that have no class, by their index.
    by_outcome: [OnceLock<OfResult>; Outcome::COUNT],
    by_class: Mutex<HashMap<&'static str, OfResult>>,
    site: SiteCell,
}

/// What the calls with one result are added to.
#[derive(Clone, Copy)]
struct OfResult {
    duration: Option<Metric>,
    counter: Option<SeriesId>,
}

/// By the method's address, which is that of its `static`.
type Sets = HashMap<usize, HashMap<Box<[String]>, &'static Labelled>>;

static SETS: LazyLock<Mutex<Sets>> = LazyLock::new(Mutex::default);

/// The most sets of one method that a thread remembers.
const MAX_SEEN: usize = 4 * MAX_SETS;

thread_local! {
    /// What this thread has seen of [`SETS`], so that calls share no lock.
    static SEEN: RefCell<Sets> = RefCell::default();
}

impl Labelled {
    pub(crate) fn of(method: &'static Method, values: &[&dyn LabelValue]) -> &'static Labelled {
        let values: Box<[String]> = values.iter().map(|value| shortened(&value.label_value())).collect();
        let address = std::ptr::from_ref(method).addr();
        let seen = SEEN.try_with(|seen| seen.borrow().get(&address)?.get(&values).copied());
        // A thread that ends has forgotten what it has seen.
        if let Ok(Some(labelled)) = seen {
            return labelled;
        }
        let labelled = Labelled::known(method, address, &values);
        let _forgotten = SEEN.try_with(|seen| {
            let mut seen = seen.borrow_mut();
            let seen = seen.entry(address).or_default();
            if seen.len() < MAX_SEEN {
                seen.insert(values, labelled);
            }
        });
        labelled
    }

    #[cold]
    fn known(method: &'static Method, address: usize, values: &[String]) -> &'static Labelled {
        let options = method.options();
        let histogram = options.metric.and_then(|metric| Family::own(metric, options.labels));
        let counter = options.counter.and_then(|counter| Family::own_counter(counter, options.labels));
        let mut sets = SETS.lock();
        let sets = sets.entry(address).or_default();
        let is_full = sets.len() >= MAX_SETS && !sets.contains_key(values);
        if is_full {
            histogram.into_iter().chain(counter).for_each(registry::overflow);
        }
        let values: Box<[String]> =
            if is_full { values.iter().map(|_| OTHER.to_owned()).collect() } else { values.into() };
        sets.entry(values.clone()).or_insert_with(|| {
            Box::leak(Box::new(Labelled {
                method,
                values,
                histogram,
                counter,
                by_outcome: Default::default(),
                by_class: Mutex::default(),
                site: SiteCell::new(),
            }))
        })
    }

    pub(crate) fn site(&'static self) -> &'static Site {
        self.site.get(self)
    }

    fn of_result(&self, outcome: Outcome) -> OfResult {
        let new = || {
            let labels = || self.values.iter().cloned().chain([result(outcome).to_owned()]).collect();
            let counter = |family| registry::register(Series { family, labels: labels() });
            OfResult {
                duration: self.histogram.map(|family| Metric::of(family, labels())),
                counter: self.counter.map(counter),
            }
        };
        match outcome {
            Outcome::Error(class) => *self.by_class.lock().entry(class).or_insert_with(new),
            _ => *self.by_outcome[outcome.index()].get_or_init(new),
        }
    }
}

fn shortened(value: &str) -> String {
    value[..value.floor_char_boundary(MAX_VALUE)].to_owned()
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
