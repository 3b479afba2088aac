//! What is kept of a span until a sending thread turns it into OpenTelemetry's types.

use std::borrow::Cow;
use std::sync::Arc;

use opentelemetry::{KeyValue, Value};

use crate::bounded::Reserved;
use crate::clock::Ticks;
use crate::outcome::Outcome;
use crate::propagate::{RemoteParent, TraceState};
use crate::site::Site;

/// A span that has ended.
#[derive(Clone, Copy)]
pub(crate) struct SpanRecord {
    pub(crate) id: u64,
    pub(crate) parent: u64,
    pub(crate) start: Ticks,
    pub(crate) end: Ticks,
    pub(crate) site: &'static Site,
    pub(crate) outcome: Outcome,
}

/// What is said of a span beside its record.
pub(crate) struct NoteRecord {
    pub(crate) span: u64,
    pub(crate) note: Note,
    #[expect(dead_code, reason = "what the note takes is given back when this is dropped")]
    memory: Reserved,
}

impl NoteRecord {
    /// `None` where there is no memory for it.
    pub(crate) fn new(span: u64, note: Note) -> Option<NoteRecord> {
        let memory = Reserved::new(note.bytes_beside())?;
        Some(NoteRecord { span, note, memory })
    }
}

impl Note {
    /// What it takes beside its place in a list.
    pub(crate) fn bytes_beside(&self) -> usize {
        match self {
            Note::Attribute { value, .. } => text_bytes(value),
            Note::Event(event) => size_of::<EventRecord>() + event.text_bytes(),
            Note::Source(source) => size_of::<Source>() + source.bytes_beside(),
        }
    }
}

/// The length of a text; nothing for other values, which have no memory of their own.
pub(crate) fn text_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.as_str().len(),
        _ => 0,
    }
}

/// An attribute, something that happened, or where a root comes from: kept in one list, as few spans have any.
#[derive(Clone)]
pub(crate) enum Note {
    Attribute {
        key: &'static str,
        value: Value,
    },
    #[cfg_attr(not(feature = "logs"), expect(dead_code, reason = "only the log has events"))]
    Event(Arc<EventRecord>),
    /// Of a root that did not begin on its own, or of a span that ended after such a root.
    Source(Box<Source>),
}

/// Something that happened in a span.
pub(crate) struct EventRecord {
    pub(crate) at: Ticks,
    pub(crate) name: String,
    pub(crate) attributes: Vec<KeyValue>,
}

impl EventRecord {
    fn text_bytes(&self) -> usize {
        let attribute = |attribute: &KeyValue| size_of::<KeyValue>() + text_bytes(&attribute.value);
        self.name.len() + self.attributes.iter().map(attribute).sum::<usize>()
    }
}

/// Where the root of a trace comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    /// Whether its parent is a span of another process.
    pub(crate) is_remote: bool,
    /// Of the whole trace.
    pub(crate) trace_state: TraceState,
    pub(crate) links: Vec<LinkRecord>,
    pub(crate) lost_links: u32,
}

/// A span to which a root has a link.
#[derive(Clone, Debug)]
pub(crate) struct LinkRecord {
    pub(crate) to: RemoteParent,
    /// Whether it is a span of another process.
    pub(crate) is_remote: bool,
    pub(crate) trace_state: TraceState,
}

impl Source {
    fn bytes_beside(&self) -> usize {
        let link = |link: &LinkRecord| size_of::<LinkRecord>() + link.trace_state.header().len();
        self.trace_state.header().len() + self.links.iter().map(link).sum::<usize>()
    }
}

const _: () = assert!(
    size_of::<NoteRecord>() == size_of::<(u64, &str, Value, usize)>(),
    "it is as large as an attribute, which most of them are"
);

/// A value that an attribute of a span can have: numbers, booleans, text, and references or options of these.
///
/// A type of your own shows itself as one of them: `fields(id = order.id.to_string())`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a span attribute",
    label = "expected a number, a boolean, a string, or an `Option` or reference of one",
    note = "write the value as one of these, for example `fields(id = order.id.to_string())`"
)]
pub trait FieldValue {
    /// The attribute's value; `None` leaves the attribute out.
    fn field_value(&self) -> Option<Value>;
}

impl<T: FieldValue + ?Sized> FieldValue for &T {
    fn field_value(&self) -> Option<Value> {
        (**self).field_value()
    }
}

impl<T: FieldValue> FieldValue for Option<T> {
    fn field_value(&self) -> Option<Value> {
        self.as_ref().and_then(FieldValue::field_value)
    }
}

impl FieldValue for str {
    fn field_value(&self) -> Option<Value> {
        Some(Value::String(self.to_owned().into()))
    }
}

impl FieldValue for String {
    fn field_value(&self) -> Option<Value> {
        self.as_str().field_value()
    }
}

impl FieldValue for Cow<'_, str> {
    fn field_value(&self) -> Option<Value> {
        (**self).field_value()
    }
}

impl FieldValue for bool {
    fn field_value(&self) -> Option<Value> {
        Some(Value::Bool(*self))
    }
}

impl FieldValue for f64 {
    fn field_value(&self) -> Option<Value> {
        Some(Value::F64(*self))
    }
}

impl FieldValue for f32 {
    fn field_value(&self) -> Option<Value> {
        f64::from(*self).field_value()
    }
}

macro_rules! integer_field_values {
    ($($integer:ty),*) => {$(
        impl FieldValue for $integer {
            fn field_value(&self) -> Option<Value> {
                // OpenTelemetry's integers are signed 64 bits wide; what does not fit is shown in full as text.
                Some(match i64::try_from(*self) {
                    Ok(number) => Value::I64(number),
                    Err(_) => Value::String(self.to_string().into()),
                })
            }
        }
    )*};
}

integer_field_values!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

#[cfg(test)]
mod tests {
    use opentelemetry::Value;

    use super::{FieldValue, LinkRecord, Note, Source};
    use crate::propagate::{RemoteParent, TraceState};

    #[test]
    fn numbers_stay_numbers_while_they_fit() {
        assert_eq!(7_u16.field_value(), Some(Value::I64(7)));
        assert_eq!(u64::MAX.field_value(), Some(Value::String("18446744073709551615".into())));
        assert_eq!(Some(&-1_i8).field_value(), Some(Value::I64(-1)));
        assert_eq!(None::<&str>.field_value(), None);
        assert_eq!("a".field_value(), Some(Value::String("a".into())));
    }

    #[test]
    fn the_trace_states_of_links_count() {
        let header = format!("a={},b={}", "x".repeat(250), "x".repeat(240));
        let trace_state = TraceState::parse([header.as_bytes()].into_iter());
        let to = RemoteParent { trace_id: 1, span_id: 2, sampled: true };
        let link = LinkRecord { to, is_remote: true, trace_state: trace_state.clone() };
        let bytes = |links| Note::Source(Box::new(Source { links, ..Source::default() })).bytes_beside();
        assert_eq!(bytes(vec![link.clone(); 128]) - bytes(Vec::new()), 128 * (size_of::<LinkRecord>() + 495));
        let own = Source { trace_state, ..Source::default() };
        assert_eq!(Note::Source(Box::new(own)).bytes_beside() - bytes(Vec::new()), 495);
    }
}
