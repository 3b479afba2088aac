//! A method's calls with the values of its own metric's labels.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use parking_lot::Mutex;

use crate::core::Metric;
use crate::method::Method;
use crate::outcome::Outcome;
use crate::registry::{Family, OTHER};
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
    by_result: Mutex<HashMap<&'static str, Option<Metric>>>,
    site: SiteCell,
}

/// By the method's address, which is that of its `static`.
type Sets = HashMap<usize, HashMap<Box<[String]>, &'static Labelled>>;

static SETS: LazyLock<Mutex<Sets>> = LazyLock::new(Mutex::default);

thread_local! {
    /// What this thread has seen of [`SETS`], so that calls share no lock.
    static SEEN: RefCell<Sets> = RefCell::default();
}

impl Labelled {
    pub(crate) fn of(method: &'static Method, values: &[&dyn LabelValue]) -> &'static Labelled {
        let values: Box<[String]> = values.iter().map(|value| shortened(&value.label_value())).collect();
        let address = std::ptr::from_ref(method).addr();
        SEEN.with_borrow_mut(|seen| {
            let seen = seen.entry(address).or_default();
            if let Some(labelled) = seen.get(&values) {
                return *labelled;
            }
            let labelled = Labelled::known(method, address, &values);
            // What is beyond the bound is not remembered by its own values.
            if labelled.values == values {
                seen.insert(values, labelled);
            }
            labelled
        })
    }

    #[cold]
    fn known(method: &'static Method, address: usize, values: &[String]) -> &'static Labelled {
        let mut sets = SETS.lock();
        let sets = sets.entry(address).or_default();
        let is_full = sets.len() >= MAX_SETS && !sets.contains_key(values);
        let values: Box<[String]> =
            if is_full { values.iter().map(|_| OTHER.to_owned()).collect() } else { values.into() };
        sets.entry(values.clone()).or_insert_with(|| {
            Box::leak(Box::new(Labelled {
                method,
                values,
                by_result: Mutex::default(),
                site: SiteCell::new(),
            }))
        })
    }

    pub(crate) fn site(&'static self) -> &'static Site {
        self.site.get(self)
    }

    fn series(&self, result: &'static str) -> Option<Metric> {
        let options = self.method.options();
        let family = Family::own(options.metric?, options.labels)?;
        let labels = self.values.iter().cloned().chain([result.to_owned()]).collect();
        Some(Metric::of(family, labels))
    }
}

fn shortened(value: &str) -> String {
    value[..value.floor_char_boundary(MAX_VALUE)].to_owned()
}

/// The value of the label `result`: the class of an error, and the outcome of everything else.
fn result(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Error(class) => class,
        Outcome::Ok | Outcome::Cancelled | Outcome::Panicked => outcome.label(),
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
        let result = result(outcome);
        *self.by_result.lock().entry(result).or_insert_with(|| self.series(result))
    }
}
