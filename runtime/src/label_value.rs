//! What the value of a label can be made of.

use std::borrow::Cow;

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
