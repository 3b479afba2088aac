//! Spans cut down to what they may say.

use opentelemetry::{Array, KeyValue, StringValue, Value};

use crate::telemetry::SpanLimits;

/// Leaves out what is too much; says how many attributes that were.
pub(super) fn apply(limits: &SpanLimits, attributes: &mut Vec<KeyValue>) -> u32 {
    let most = usize::try_from(limits.attributes.value).unwrap_or(usize::MAX);
    let dropped = attributes.len().saturating_sub(most);
    attributes.truncate(most);
    shorten_all(limits, attributes);
    u32::try_from(dropped).unwrap_or(u32::MAX)
}

/// Shortens what is too long: of a span, and of its events.
pub(super) fn shorten_all(limits: &SpanLimits, attributes: &mut [KeyValue]) {
    if let Some(most) = limits.attribute_length.value {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        for attribute in attributes {
            shorten(&mut attribute.value, most);
        }
    }
}

/// Each text of a value to so many characters.
fn shorten(value: &mut Value, most: usize) {
    match value {
        Value::String(text) => shorten_text(text, most),
        Value::Array(Array::String(texts)) => texts.iter_mut().for_each(|text| shorten_text(text, most)),
        _ => {}
    }
}

fn shorten_text(text: &mut StringValue, most: usize) {
    if let Some((end, _)) = text.as_str().char_indices().nth(most) {
        *text = text.as_str()[..end].to_owned().into();
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::{Array, KeyValue, Value};

    use super::apply;
    use crate::telemetry::SpanLimits;

    #[test]
    fn what_comes_first_stays_and_texts_end_after_a_character() {
        let texts = Value::Array(Array::String(vec!["straße".into(), "ja".into()]));
        let mut attributes = vec![
            KeyValue::new("text", "straße"),
            KeyValue::new("number", 1_234_567),
            KeyValue::new("texts", texts),
            KeyValue::new("last", true),
        ];
        let limits = SpanLimits::default().attributes(3).attribute_length(5);
        assert_eq!(apply(&limits, &mut attributes), 1);
        let texts = Value::Array(Array::String(vec!["straß".into(), "ja".into()]));
        assert_eq!(
            attributes,
            [
                KeyValue::new("text", "straß"),
                KeyValue::new("number", 1_234_567),
                KeyValue::new("texts", texts)
            ]
        );
    }

    #[test]
    fn nothing_is_left_where_nothing_may_be_said() {
        let mut attributes = vec![KeyValue::new("a", 1), KeyValue::new("b", 2)];
        assert_eq!(apply(&SpanLimits::default().attributes(0), &mut attributes), 2);
        assert!(attributes.is_empty());
    }
}
