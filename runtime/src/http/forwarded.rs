//! What a proxy says of the request that it forwards: `Forwarded` by RFC 7239, or else `X-Forwarded-Proto` and
//! `X-Forwarded-Host`. Of several proxies the first one's word, which is of the client's request.

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};

use super::grammar::{parse_value, split_outside_quotes};

const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// A longer header is not read.
const MAX_LENGTH: usize = 2_048;

/// Whether the client's request was over TLS, if that is said.
pub(super) fn is_https(headers: &HeaderMap) -> Option<bool> {
    let scheme = parameter(headers, "proto").or_else(|| first(headers, &PROTO))?;
    let is = |known: &str| scheme.eq_ignore_ascii_case(known);
    (is("https") || is("http")).then(|| is("https"))
}

/// The host that the client asked, as it is said.
pub(super) fn host(headers: &HeaderMap) -> Option<&str> {
    parameter(headers, "host").or_else(|| first(headers, &HOST))
}

/// The first element of a list.
fn first<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let value = headers.get(name).filter(|value| value.len() <= MAX_LENGTH)?.to_str().ok()?;
    split_outside_quotes(value, ',').next().map(str::trim)
}

fn parameter<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    split_outside_quotes(first(headers, &FORWARDED)?, ';').find_map(|pair| {
        let (of, value) = pair.split_once('=')?;
        of.trim().eq_ignore_ascii_case(name).then(|| parse_value(value.trim())).flatten()
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::{host, is_https};

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn the_first_proxy_has_the_word() {
        let standard = headers(&[
            (
                "forwarded",
                r#"For="[2001:db8::1]:4711";Proto=HTTPS ; host="a.example:8443", proto=http;host=b"#,
            ),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-host", "c.example"),
        ]);
        assert_eq!((is_https(&standard), host(&standard)), (Some(true), Some("a.example:8443")));
        let usual = headers(&[("x-forwarded-proto", "https, http"), ("x-forwarded-host", "c.example, d")]);
        assert_eq!((is_https(&usual), host(&usual)), (Some(true), Some("c.example")));
        let both = headers(&[("forwarded", "for=192.0.2.60"), ("x-forwarded-proto", "https")]);
        assert_eq!((is_https(&both), host(&both)), (Some(true), None));
    }

    #[test]
    fn what_is_not_understood_is_not_said() {
        for unknown in ["", "ftp", "httpss", "h\u{e9}", &"https,".repeat(400)] {
            assert_eq!(is_https(&headers(&[("x-forwarded-proto", unknown)])), None, "{unknown}");
        }
        for malformed in ["proto", "proto=", "proto=\"https", "proto=ht tps", "https", ";;=,"] {
            assert_eq!(is_https(&headers(&[("forwarded", malformed)])), None, "{malformed}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read_or_ignored(value in "[ -~]{0,80}") {
            let headers = headers(&[("forwarded", &value), ("x-forwarded-host", &value)]);
            let _read = (is_https(&headers), host(&headers));
        }
    }
}
