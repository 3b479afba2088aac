//! What is kept of a span until a sending thread turns it into OpenTelemetry's types.

use std::borrow::Cow;

use opentelemetry::Value;

use crate::clock::Ticks;
use crate::outcome::Outcome;
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

/// An attribute that was set on a span while it was open.
#[derive(Clone)]
pub(crate) struct AttributeRecord {
    pub(crate) span: u64,
    pub(crate) key: &'static str,
    pub(crate) value: Value,
}

impl AttributeRecord {
    /// What its value takes beside the record.
    pub(crate) fn text_bytes(&self) -> usize {
        text_bytes(&self.value)
    }
}

/// The length of a text; nothing for other values, which have no memory of their own.
pub(crate) fn text_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.as_str().len(),
        _ => 0,
    }
}

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

    use super::FieldValue;

    #[test]
    fn numbers_stay_numbers_while_they_fit() {
        assert_eq!(7_u16.field_value(), Some(Value::I64(7)));
        assert_eq!(u64::MAX.field_value(), Some(Value::String("18446744073709551615".into())));
        assert_eq!(Some(&-1_i8).field_value(), Some(Value::I64(-1)));
        assert_eq!(None::<&str>.field_value(), None);
        assert_eq!("a".field_value(), Some(Value::String("a".into())));
    }
}
