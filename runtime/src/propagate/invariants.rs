//! What holds whatever the headers are: nothing panics, what is kept is within its bounds, and is read as it is written.
//!
//! `fuzz/` compiles this file with those of the headers.

use super::baggage::Baggage;
use super::traceparent::RemoteParent;
use super::tracestate::TraceState;

/// Checks the values of some headers, whichever header they are of.
pub(crate) fn check(headers: &[&[u8]]) {
    for header in headers {
        check_traceparent(header);
    }
    check_tracestate(headers);
    check_baggage(headers);
}

fn check_traceparent(header: &[u8]) {
    let Some(parent) = RemoteParent::parse(header) else { return };
    assert!(parent.trace_id != 0 && parent.span_id != 0);
    let written = parent.header();
    assert_eq!(written.len(), 55);
    assert_eq!(RemoteParent::parse(written.as_bytes()), Some(parent));
    let context = parent.span_context(true, opentelemetry::trace::TraceState::NONE);
    assert_eq!(RemoteParent::of(&context), Some(parent));
}

fn check_tracestate(headers: &[&[u8]]) {
    let state = TraceState::parse(headers.iter().copied());
    let written = state.header();
    assert!(written.len() <= 512 && written.split(',').count() <= 32, "{written}");
    assert!(is_visible(written), "{written}");
    assert_eq!(state.is_empty(), written.is_empty());
    assert_eq!(TraceState::parse([written.as_bytes()].into_iter()), state);
    let theirs = state.to_otel().header();
    assert_eq!(TraceState::of(&state.to_otel()).header(), theirs);
    let refused = written.split(',').filter(|member| !theirs.split(',').any(|other| other == *member));
    for member in refused.filter(|member| !member.is_empty()) {
        let system = member.split_once('=').and_then(|(key, _)| key.split_once('@'));
        assert!(system.is_some_and(|(_, system)| system.len() == 14), "{member}");
    }
}

fn check_baggage(headers: &[&[u8]]) {
    let baggage = Baggage::parse(headers.iter().copied());
    check_list(&baggage);
    check_list(&Baggage::of(&baggage.to_otel()));
    let texts: Vec<_> = headers.iter().map(|header| String::from_utf8_lossy(header)).collect();
    for (key, value) in texts.iter().zip(texts.iter().skip(1)) {
        let mut changed = baggage.clone();
        if changed.set(key, value) {
            assert_eq!(changed.get(key).as_deref(), Some(&**value));
            check_list(&changed);
        } else {
            assert_eq!(changed, baggage);
        }
    }
}

fn check_list(baggage: &Baggage) {
    let written = baggage.header();
    assert!(written.len() <= 8_192 && written.split(',').count() <= 64, "{written}");
    assert_eq!(baggage.is_empty(), written.is_empty());
    assert!(is_visible(written) && !written.contains(' '), "{written}");
    assert_eq!(Baggage::parse([written.as_bytes()].into_iter()), *baggage);
    for member in written.split(',').filter(|member| !member.is_empty()) {
        let (key, _) = member.split_once('=').expect("a member has a value");
        assert!(baggage.get(key).is_some(), "{key} of {written}");
    }
}

/// As every carrier takes it.
fn is_visible(header: &str) -> bool {
    header.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{TraceState, check};

    /// Nearly what headers are: one in many is valid, and the others fail late.
    fn header() -> impl Strategy<Value = Vec<u8>> {
        let text = prop_oneof![
            "[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?",
            "([a-z0-9@_*/-]{1,12}=[ -~]{0,140},[ \t]?){0,40}",
            "([a-zA-Z!#~]{1,3}[ \t]?=[!-~]{0,200}(;[a-z]{1,3}(=[!-~]{0,3})?)?,){0,70}",
            "\\PC{0,40}",
        ];
        prop_oneof![9 => text.prop_map(String::into_bytes), 1 => vec(any::<u8>(), 0..100)]
    }

    /// A list by the grammar, up to ten times as long as what is kept of one.
    fn trace_state() -> impl Strategy<Value = String> {
        let members = |values: Vec<String>| {
            let members = values.iter().enumerate().map(|(number, value)| format!("k{number}={value}"));
            members.collect::<Vec<_>>().join(", ")
        };
        vec("[a-zA-Z0-9:.]{1,200}", 0..=32).prop_map(members)
    }

    proptest! {
        #[test]
        fn a_valid_list_is_never_lost_whole(list in trace_state()) {
            check(&[list.as_bytes()]);
            prop_assert_eq!(TraceState::parse([list.as_bytes()].into_iter()).is_empty(), list.is_empty());
        }

        #[test]
        fn whatever_the_headers_are(headers in vec(header(), 0..4)) {
            check(&headers.iter().map(Vec::as_slice).collect::<Vec<_>>());
        }
    }
}
