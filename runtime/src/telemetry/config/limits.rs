//! How much one span may say.

use super::setting::Setting;
use super::values::count;
use super::variables::{ATTRIBUTE_COUNTS, ATTRIBUTE_LENGTHS, EVENT_COUNT, Variables};

/// OpenTelemetry's own.
const COUNT: u32 = 128;

/// How much one span may say; what is past it is left out, when the span is exported, and counted on the span.
///
/// ```
/// use spanweave::{SpanLimits, Telemetry};
///
/// let limits = SpanLimits::default().attributes(32).attribute_length(4_096);
/// let telemetry = Telemetry::builder().limits(limits).build()?;
/// # Ok::<(), spanweave::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "limits do nothing until a handle is built with them"]
pub struct SpanLimits {
    pub(crate) attributes: Setting<u32>,
    /// In characters; `None` for as long as they are.
    pub(crate) attribute_length: Setting<Option<u32>>,
    pub(crate) events: Setting<u32>,
}

impl Default for SpanLimits {
    /// 128 attributes and 128 events, and texts as long as they are.
    fn default() -> SpanLimits {
        SpanLimits {
            attributes: Setting::of_default(COUNT),
            attribute_length: Setting::default(),
            events: Setting::of_default(COUNT),
        }
    }
}

impl SpanLimits {
    /// The most attributes that a span has, 128 by default. Those that come first stay: what spanweave tells of the
    /// span, and then yours, in the order in which they were set.
    pub fn attributes(mut self, most: u32) -> SpanLimits {
        self.attributes = Setting::of_code(most);
        self
    }

    /// The most characters that the text of an attribute has, of a span or of its events; any number by default. The rest of a text
    /// is cut off.
    pub fn attribute_length(mut self, most: u32) -> SpanLimits {
        self.attribute_length = Setting::of_code(Some(most));
        self
    }

    /// The most events that a span has, 128 by default.
    pub fn events(mut self, most: u32) -> SpanLimits {
        self.events = Setting::of_code(most);
        self
    }

    /// Those that `later` sets, and these where it sets none.
    pub(crate) fn overridden_by(self, later: SpanLimits) -> SpanLimits {
        SpanLimits {
            attributes: self.attributes.overridden_by(later.attributes),
            attribute_length: self.attribute_length.overridden_by(later.attribute_length),
            events: self.events.overridden_by(later.events),
        }
    }
}

/// The limits that the environment sets.
pub(super) struct Limits {
    attributes: Option<Setting<u32>>,
    attribute_length: Option<Setting<Option<u32>>>,
    events: Option<Setting<u32>>,
}

impl Limits {
    pub(super) fn read(variables: &Variables<'_>) -> Limits {
        Limits {
            attributes: variables.first(ATTRIBUTE_COUNTS, count),
            attribute_length: variables.first(ATTRIBUTE_LENGTHS, |value| count(value).map(Some)),
            events: variables.one(EVENT_COUNT, count),
        }
    }

    pub(super) fn apply(self, to: &mut SpanLimits) {
        to.attributes.give_way(self.attributes);
        to.attribute_length.give_way(self.attribute_length);
        to.events.give_way(self.events);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{read, refused};
    use super::SpanLimits;

    fn limits(variables: &[(&str, &str)]) -> (u32, Option<u32>, u32) {
        let mut limits = SpanLimits::default().events(7);
        read(variables).unwrap().limits.apply(&mut limits);
        (limits.attributes.value, limits.attribute_length.value, limits.events.value)
    }

    #[test]
    fn what_is_said_for_spans_comes_before_what_is_said_for_all() {
        assert_eq!(limits(&[]), (128, None, 7));
        let all = [("OTEL_ATTRIBUTE_COUNT_LIMIT", "9"), ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "99")];
        assert_eq!(limits(&all), (9, Some(99), 7));
        let spans = [
            ("OTEL_ATTRIBUTE_COUNT_LIMIT", "9"),
            ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "8"),
            ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "99"),
            ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "0"),
            ("OTEL_SPAN_EVENT_COUNT_LIMIT", "6"),
        ];
        assert_eq!(limits(&spans), (8, Some(0), 6));
    }

    #[test]
    fn what_is_no_count_is_refused() {
        for variable in [
            "OTEL_ATTRIBUTE_COUNT_LIMIT",
            "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
            "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            "OTEL_SPAN_EVENT_COUNT_LIMIT",
        ] {
            for value in ["-1", "1.5", "many", "4294967296"] {
                let message = format!("`{value}`; expected a whole number from 0 to 4294967295");
                refused(variable, value, &message);
            }
        }
    }
}
