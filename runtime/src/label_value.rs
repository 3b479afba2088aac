//! What the value of a label can be made of.

use std::borrow::Cow;

/// A value that a label can have: one of an enum without fields that derives this, `bool`, text, and references or options
/// of these.
///
/// The values of a label are to be few. Derive this for an enum, whose values are as many as its variants: each is named as in
/// `snake_case`, or by `#[label_value("…")]`. Text is for what is one of few without being a type, a configured bucket say; of
/// text that users write, a method tells 256 sets of values apart, and counts what comes after as `other`.
///
/// ```
/// use spanweave::LabelValue;
///
/// #[derive(LabelValue)]
/// enum Priority {
///     High,
///     #[label_value("usual")]
///     Medium,
/// }
///
/// assert_eq!(Priority::High.label_value(), "high");
/// assert_eq!(Priority::Medium.label_value(), "usual");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a label",
    label = "expected text, a `bool`, or an `Option` or reference of one",
    note = "labels want few values: derive `spanweave::LabelValue` for an enum of your own, and record ids and numbers with `fields(…)`"
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
