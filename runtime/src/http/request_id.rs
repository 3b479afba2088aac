//! The id of a request: the client's, or else the trace's own.

use std::fmt::Write;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{Array, StringValue, Value};

use super::notes;
use crate::ctx::Ctx;
use crate::record::{Note, NoteRecord};
use crate::trace;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// By the conventions, where a header that was asked for is an attribute.
const ATTRIBUTE: &str = "http.request.header.x-request-id";
/// The longest id of a client, or of a user, in bytes.
const MAX_LENGTH: usize = 128;

/// Notes the id that the client sent, if it is one.
pub(super) fn note(ctx: Ctx, headers: &HeaderMap) {
    let Some(id) = sent(headers) else { return };
    notes::change(ctx.key, |notes| notes.request_id = Some(id.into()));
    if ctx.is_recording() {
        let value = Value::Array(Array::String(vec![StringValue::from(id.to_owned())]));
        let note = Note::Attribute { key: ATTRIBUTE, value };
        if let Some(note) = NoteRecord::new(ctx.span, note) {
            trace::note(ctx.key, note);
        }
    }
}

/// One header of letters, digits, `-`, `_` and `.`, and not too many of them. Anything else is as good as none.
fn sent(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(HEADER).iter();
    let (only, more) = (values.next()?, values.next());
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let id = only.to_str().ok().filter(|id| more.is_none() && !id.is_empty() && id.len() <= MAX_LENGTH)?;
    id.bytes().all(allowed).then_some(id)
}

/// Tells the client the id, unless the application has told it one.
pub(super) fn answer(ctx: Ctx, headers: &mut HeaderMap) {
    let id = ctx.request_id().and_then(|id| HeaderValue::try_from(id).ok());
    if let Some(id) = id {
        headers.entry(HEADER).or_insert(id);
    }
}

impl Ctx {
    /// The id of the request: what the client sent as `x-request-id`, where it is up to 128 letters, digits, `-`, `_`
    /// and `.`, or else the id of the trace. `None` outside any trace, and once the trace is over and its place was given
    /// to another.
    ///
    /// What the client sent is looked at where [request ids are on](super::HttpLayer::request_ids).
    pub fn request_id(self) -> Option<String> {
        let trace_id = self.trace_id()?;
        let sent = notes::of(self.key).and_then(|notes| notes.request_id);
        Some(sent.map_or_else(|| trace_id.to_string(), String::from))
    }

    /// Says who the user of this request is: `user_id` on its access line, in whatever call of the request it is said.
    /// It is on no span, and cut off after 128 bytes. Without a request it says nothing.
    ///
    /// ```
    /// # struct User { id: i64 }
    /// # fn authenticated(user: User) {
    /// spanweave::Ctx::current().set_user_id(user.id);
    /// # }
    /// ```
    pub fn set_user_id(self, id: impl std::fmt::Display) {
        let mut text = String::new();
        // A `Display` that fails has shown what it could.
        let _incomplete = write!(text, "{id}");
        text.truncate(text.floor_char_boundary(MAX_LENGTH));
        notes::change(self.key, |notes| notes.user_id = Some(text.into()));
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{HEADER, sent};

    fn headers(values: &[&[u8]]) -> HeaderMap {
        values.iter().map(|value| (HEADER, HeaderValue::from_bytes(value).unwrap())).collect()
    }

    #[test]
    fn an_id_is_one_header_of_few_kinds_of_characters() {
        let long = [b'a'; 128];
        for id in [&b"6ba7b810-9dad.11d1_80B4"[..], b"7", &long] {
            assert_eq!(sent(&headers(&[id])).unwrap().as_bytes(), id);
        }
        let longer = [b'a'; 129];
        for id in [&b""[..], b"two words", b"a/b", b"{\"a\":1}", b"caf\xc3\xa9", b"\xff", b"a\tb", &longer] {
            assert_eq!(sent(&headers(&[id])), None, "{id:?}");
        }
        assert_eq!(sent(&headers(&[b"one", b"two"])), None);
        assert_eq!(sent(&HeaderMap::new()), None);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_only_such_an_id_is_taken(
            value in prop_oneof![
                "[a-zA-Z0-9_.-]{1,130}".prop_map(String::into_bytes),
                "[a-z0-9 ,;=/\"\\\\-]{0,20}".prop_map(String::into_bytes),
                vec(any::<u8>(), 0..20),
            ],
        ) {
            let Ok(header) = HeaderValue::from_bytes(&value) else { return Ok(()) };
            let is_id = (1..=128).contains(&value.len())
                && value.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.'));
            let headers = HeaderMap::from_iter([(HEADER, header)]);
            prop_assert_eq!(sent(&headers).map(str::as_bytes), is_id.then_some(&*value));
        }
    }
}
