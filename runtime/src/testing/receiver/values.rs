//! OTLP's attributes and ids turned back into those of OpenTelemetry.

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_proto::tonic::common::v1::{self as common, any_value};

pub(super) fn trace_id(id: &[u8]) -> TraceId {
    id.try_into().map_or(TraceId::INVALID, TraceId::from_bytes)
}

pub(super) fn span_id(id: &[u8]) -> SpanId {
    id.try_into().map_or(SpanId::INVALID, SpanId::from_bytes)
}

pub(super) fn attributes(attributes: Vec<common::KeyValue>) -> Vec<KeyValue> {
    let attribute =
        |attribute: common::KeyValue| Some(KeyValue::new(attribute.key, value(attribute.value?)?));
    attributes.into_iter().filter_map(attribute).collect()
}

/// Bytes and maps have no counterpart, and are left out.
pub(super) fn value(value: common::AnyValue) -> Option<Value> {
    match value.value? {
        any_value::Value::StringValue(text) => Some(Value::String(text.into())),
        any_value::Value::BoolValue(value) => Some(Value::Bool(value)),
        any_value::Value::IntValue(value) => Some(Value::I64(value)),
        any_value::Value::DoubleValue(value) => Some(Value::F64(value)),
        any_value::Value::ArrayValue(values) => Some(Value::Array(Array::String(texts(values)))),
        _ => None,
    }
}

fn texts(values: common::ArrayValue) -> Vec<StringValue> {
    let text = |item: common::AnyValue| Some(value(item)?.as_str().into_owned().into());
    values.values.into_iter().filter_map(text).collect()
}
