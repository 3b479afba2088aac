//! One recorded span, to be asserted on.

use std::borrow::Cow;

use opentelemetry_sdk::trace::SpanData;
use opentelemetry_semantic_conventions::attribute::ERROR_TYPE;

use super::tree::shown;
use super::{Recorded, span_tree};

/// A span that has ended, found by its name.
///
/// ```
/// use spanweave::testing::TestTelemetry;
///
/// let telemetry = TestTelemetry::new();
/// telemetry.root("nightly").in_scope(|ctx| ctx.set("rows", 3));
/// let span = telemetry.span("nightly");
/// assert_eq!(span.outcome(), "ok");
/// assert_eq!(span.attribute("rows").as_deref(), Some("3"));
/// assert_eq!(span.parent(), None);
/// ```
#[derive(Clone, Debug)]
pub struct RecordedSpan {
    span: SpanData,
    parent: Option<String>,
}

impl RecordedSpan {
    /// The one span of this name.
    ///
    /// # Panics
    /// When there is none of the name, or more than one; the message has the tree.
    #[track_caller]
    pub fn named(recorded: &(impl Recorded + ?Sized), name: &str) -> RecordedSpan {
        let spans = recorded.recorded();
        let mut found = spans.iter().filter(|span| span.name == name);
        let (Some(span), None) = (found.next(), found.next()) else {
            let times = spans.iter().filter(|span| span.name == name).count();
            panic!("{times} spans are named `{name}`, and not one:\n\n{}", shown(&span_tree(&spans, &[])));
        };
        let parent = spans.iter().find(|other| {
            other.span_context.span_id() == span.parent_span_id
                && other.span_context.trace_id() == span.span_context.trace_id()
        });
        RecordedSpan { span: span.clone(), parent: parent.map(|parent| parent.name.clone().into_owned()) }
    }

    /// What became of the call: `ok`, `error`, `cancelled`, `panicked`, or what else `docs/telemetry.md` lists.
    pub fn outcome(&self) -> Cow<'_, str> {
        attribute(&self.span, "outcome").unwrap_or_default()
    }

    /// The class of the error; `None` where the outcome is neither `error` nor `panicked`.
    pub fn error_type(&self) -> Option<Cow<'_, str>> {
        self.attribute(ERROR_TYPE)
    }

    /// The value of an attribute, as text.
    pub fn attribute(&self, key: &str) -> Option<Cow<'_, str>> {
        attribute(&self.span, key)
    }

    /// The name of the span it is directly in; `None` for a root.
    pub fn parent(&self) -> Option<&str> {
        self.parent.as_deref()
    }

    /// All of it, as OpenTelemetry has it.
    pub fn data(&self) -> &SpanData {
        &self.span
    }
}

pub(super) fn attribute<'s>(span: &'s SpanData, key: &str) -> Option<Cow<'s, str>> {
    span.attributes.iter().find(|attribute| attribute.key.as_str() == key).map(|found| found.value.as_str())
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use crate::sql::Query;
    use crate::testing::TestTelemetry;

    static FIND: Query = Query::new("sqlite", "SELECT name FROM tasks WHERE id = ?");

    #[test]
    #[should_panic(expected = "no trace was recorded; is the call within `telemetry.root(…)`?")]
    fn without_a_root_there_is_nothing() {
        TestTelemetry::new().span("TaskService.list");
    }

    #[test]
    fn a_span_knows_its_parent() {
        let telemetry = TestTelemetry::new();
        let inner = telemetry.root("inner");
        telemetry.root("outer").in_scope(|_| {
            inner.in_scope(|_| ());
            block_on(FIND.run(async {}));
        });
        assert_eq!(telemetry.span("SELECT tasks").parent(), Some("outer"));
        assert_eq!(telemetry.span("outer").parent(), None);
        assert_eq!(telemetry.span("inner").parent(), None, "a root in a root is a trace of its own");
    }

    #[test]
    #[should_panic(expected = "2 spans are named `twice`, and not one:\n\ntwice (×2)\n")]
    fn a_name_that_is_there_twice_is_not_guessed() {
        let telemetry = TestTelemetry::new();
        telemetry.root("twice").in_scope(|_| ());
        telemetry.root("twice").in_scope(|_| ());
        telemetry.span("twice");
    }
}
