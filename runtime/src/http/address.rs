//! The server that a client asked for, as the client names it: `server.address` and `server.port`.

use http::header::HOST;
use http::{HeaderMap, Request};

use super::forwarded;
use crate::http_host;

/// A name or an address, and a port.
#[derive(Debug, PartialEq)]
pub(super) struct Address<'r> {
    pub(super) host: &'r str,
    pub(super) port: Option<u16>,
}

impl<'r> Address<'r> {
    /// What a trusted proxy says, or else the request's authority, or else its one `Host`.
    pub(super) fn of<B>(request: &'r Request<B>, trusts_forwarded: bool) -> Option<Address<'r>> {
        let headers = request.headers();
        let forwarded = trusts_forwarded.then(|| forwarded::host(headers)).flatten();
        let authority = || request.uri().authority().map(http::uri::Authority::as_str);
        Address::parse(forwarded.or_else(authority).or_else(|| only_host(headers))?)
    }

    /// `None` unless it is a name or an address: in particular, whatever has a user before it.
    fn parse(text: &str) -> Option<Address<'_>> {
        let (host, port) = match text.strip_prefix('[') {
            Some(bracketed) => bracketed.split_once(']')?,
            None => text.find(':').map_or((text, ""), |colon| text.split_at(colon)),
        };
        let is_version_6 = text.starts_with('[');
        let allowed = |byte: u8| match byte {
            b':' => is_version_6,
            b'-' | b'_' => !is_version_6,
            b'.' => true,
            _ if is_version_6 => byte.is_ascii_hexdigit(),
            _ => byte.is_ascii_alphanumeric(),
        };
        let is_host = (1..=http_host::MAX_LENGTH).contains(&host.len()) && host.bytes().all(allowed);
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            // A port that is not said is the usual one.
            Some("") => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
            _ => return None,
        };
        is_host.then_some(Address { host, port })
    }
}

fn only_host(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(HOST).iter();
    let (only, more) = (values.next()?, values.next());
    only.to_str().ok().filter(|_| more.is_none())
}

#[cfg(test)]
mod tests {
    use http::Request;
    use http::header::HOST;
    use proptest::prelude::*;

    use super::Address;

    #[test]
    fn a_name_or_an_address_with_or_without_a_port() {
        let parsed = [
            ("tasks.example.com", "tasks.example.com", None),
            ("localhost:8080", "localhost", Some(8_080)),
            ("10.1.2.3:", "10.1.2.3", None),
            ("[2001:db8::1]:443", "2001:db8::1", Some(443)),
            ("[::1]", "::1", None),
        ];
        for (text, host, port) in parsed {
            assert_eq!(Address::parse(text), Some(Address { host, port }), "{text}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        let longer = "a".repeat(254);
        let others = [
            "",
            ":80",
            "a:b",
            "a:65536",
            "a:-1",
            "a:8 0",
            "user@a",
            "user:secret@a",
            "a/b",
            "a?b",
            "a b",
            "\u{e9}",
            "[::1",
            "[]",
            "[::1]80",
            "[a.b-c]",
            "::1",
            "a,b",
            "<script>",
            &longer,
        ];
        for text in others {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }

    #[test]
    fn two_hosts_are_none() {
        let two = Request::get("/").header(HOST, "a").header(HOST, "b").body(()).unwrap();
        assert_eq!(Address::of(&two, true), None);
        // HTTP/2 says it in its place.
        let of_2 = Request::get("https://c:8443/").header(HOST, "a").body(()).unwrap();
        assert_eq!(Address::of(&of_2, false), Some(Address { host: "c", port: Some(8_443) }));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_short_and_plain(text in "\\PC{0,300}") {
            if let Some(Address { host, .. }) = Address::parse(&text) {
                prop_assert!(host.len() <= 253 && host.is_ascii() && !host.contains(['@', '/', '?', ' ']));
            }
        }
    }
}
