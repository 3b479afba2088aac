//! What a log call, or a span of `tracing`, says: its message and its fields, with their types, within a bound.

use std::error::Error;
use std::fmt::{self, Write};

use opentelemetry::Value;
use serde::{Serialize, Serializer};
use tracing::field::{Field, Visit};

use crate::causes::causes;
use crate::record::FieldValue;

/// The message and the fields of an event or a span.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) message: Option<String>,
    pub(super) values: Vec<(&'static str, Logged)>,
    /// Whether texts were cut off at the bound.
    pub(super) truncated: bool,
    /// What texts may still take, in bytes of JSON.
    left: usize,
}

/// The value of a field. What is none of a subscriber's types is text, as its `Debug` has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Logged {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Bool(bool),
    Text(String),
}

impl Fields {
    /// Those that are recorded; all texts together take at most so many `bytes`, as JSON has them.
    pub(super) fn collect(bytes: usize, record: impl FnOnce(&mut Fields)) -> Fields {
        let mut fields = Fields { message: None, values: Vec::new(), truncated: false, left: bytes };
        record(&mut fields);
        fields
    }

    /// The text that a field holds, if it does.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.values.iter().find_map(|(key, value)| match value {
            Logged::Text(text) if *key == name => Some(text.as_str()),
            _ => None,
        })
    }

    fn text(&mut self, value: fmt::Arguments<'_>) -> String {
        let mut text = Bounded { text: String::new(), fields: self };
        // It takes any text; an error is one of the value's own `Display`, which has shown what it could.
        let _incomplete = text.write_fmt(value);
        text.text
    }

    fn record_text(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        let text = self.text(value);
        if field.name() == "message" {
            self.message = Some(text);
        } else {
            self.values.push((field.name(), Logged::Text(text)));
        }
    }
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.values.push((field.name(), Logged::Signed(value)));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.values.push((field.name(), Logged::Unsigned(value)));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.values.push((field.name(), Logged::Float(value)));
        } else {
            // JSON has no such number.
            self.record_text(field, format_args!("{value}"));
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.values.push((field.name(), Logged::Bool(value)));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_text(field, format_args!("{value}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.record_text(field, format_args!("{}", WithSources(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_text(field, format_args!("{value:?}"));
    }
}

/// An error and what caused it, with colons between them.
struct WithSources<'e>(&'e (dyn Error + 'static));

impl fmt::Display for WithSources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        causes(self.0).skip(1).try_for_each(|cause| write!(f, ": {cause}"))
    }
}

/// Takes as much of a text as there is room for, and never fails: a `Debug` that asks for the result of every `write!`
/// with `unwrap` must not panic because of it.
struct Bounded<'f> {
    text: String,
    fields: &'f mut Fields,
}

impl Write for Bounded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let length: usize = text.chars().map(json_length).sum();
        if length <= self.fields.left && !self.fields.truncated {
            self.text.push_str(text);
            self.fields.left -= length;
            return Ok(());
        }
        for char in text.chars() {
            self.fields.truncated |= json_length(char) > self.fields.left;
            if self.fields.truncated {
                break;
            }
            self.fields.left -= json_length(char);
            self.text.push(char);
        }
        Ok(())
    }
}

/// The bytes of a character in a JSON string, as [`line`](super::line) writes it.
fn json_length(char: char) -> usize {
    match char {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        _ if super::line::is_escaped(char) => 6,
        _ => char.len_utf8(),
    }
}

impl Logged {
    /// As the value of an attribute.
    pub(super) fn attribute(self) -> Option<Value> {
        match self {
            Logged::Signed(number) => number.field_value(),
            Logged::Unsigned(number) => number.field_value(),
            Logged::Float(number) => number.field_value(),
            Logged::Bool(value) => value.field_value(),
            Logged::Text(text) => Some(Value::String(text.into())),
        }
    }
}

impl Serialize for Logged {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Logged::Signed(number) => serializer.serialize_i64(*number),
            Logged::Unsigned(number) => serializer.serialize_u64(*number),
            Logged::Float(number) => serializer.serialize_f64(*number),
            Logged::Bool(value) => serializer.serialize_bool(*value),
            Logged::Text(text) => serializer.serialize_str(text),
        }
    }
}
