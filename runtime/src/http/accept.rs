//! The `Accept` header, by RFC 9110.

use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue};

use super::grammar::{is_token, parse_value, split_outside_quotes};

/// A longer header is not read.
const MAX_LENGTH: usize = 2_048;

/// What a client accepts.
#[derive(Debug, PartialEq)]
pub(super) struct Accept<'h>(Vec<MediaRange<'h>>);

#[derive(Debug, PartialEq)]
struct MediaRange<'h> {
    kind: &'h str,
    subtype: &'h str,
    /// Of the parameters only the version tells formats apart.
    version: Option<&'h str>,
    /// From 0 to 1,000.
    quality: u16,
}

/// How much a client wants something, and how exactly it said so. Greater is more wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wish {
    pub(super) quality: u16,
    pub(super) is_named: bool,
}

/// A media type that can be served.
#[derive(Clone, Copy)]
pub(super) struct Offer {
    pub(super) kind: &'static str,
    pub(super) subtype: &'static str,
    pub(super) version: Option<&'static str>,
}

impl<'h> Accept<'h> {
    /// The header of a request, which may come in several lines; `None` if it is malformed, or longer than any scraper's.
    pub(super) fn of(headers: &'h HeaderMap) -> Option<Accept<'h>> {
        let lines = headers.get_all(ACCEPT);
        if lines.iter().map(HeaderValue::len).sum::<usize>() > MAX_LENGTH {
            return None;
        }
        let mut accept = Accept(Vec::new());
        for line in lines {
            accept.0.extend(Accept::parse(line.to_str().ok()?)?.0);
        }
        Some(accept)
    }

    fn parse(header: &'h str) -> Option<Accept<'h>> {
        // A list may have empty elements.
        let elements = split_outside_quotes(header, ',').map(str::trim).filter(|element| !element.is_empty());
        elements.map(MediaRange::parse).collect::<Option<Vec<_>>>().map(Accept)
    }

    /// By the most exact of the ranges that it is in; `None` if it is in none.
    pub(super) fn wish_for(&self, offer: Offer) -> Option<Wish> {
        let matching = self.0.iter().filter_map(|range| Some((range.exactness(offer)?, range.quality)));
        let (exactness, quality) = matching.max()?;
        (quality > 0).then_some(Wish { quality, is_named: exactness >= NAMED })
    }
}

/// The exactness of a range without wildcards.
const NAMED: u8 = 2;

impl MediaRange<'_> {
    fn parse(element: &str) -> Option<MediaRange<'_>> {
        let mut parts = split_outside_quotes(element, ';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let is_range = is_token(kind) && is_token(subtype) && (kind != "*" || subtype == "*");
        let mut range = is_range.then_some(MediaRange { kind, subtype, version: None, quality: 1_000 })?;
        for parameter in parts.filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=')?;
            if !is_token(name) {
                return None;
            }
            if name.eq_ignore_ascii_case("q") {
                range.quality = parse_quality(value)?;
            } else {
                let value = parse_value(value)?;
                if name.eq_ignore_ascii_case("version") {
                    range.version = Some(value);
                }
            }
        }
        Some(range)
    }

    fn exactness(&self, offer: Offer) -> Option<u8> {
        match (self.kind, self.subtype) {
            ("*", _) => Some(0),
            (kind, "*") => kind.eq_ignore_ascii_case(offer.kind).then_some(1),
            (kind, subtype) => {
                let is_same =
                    kind.eq_ignore_ascii_case(offer.kind) && subtype.eq_ignore_ascii_case(offer.subtype);
                let is_version = self.version.is_none() || self.version == offer.version;
                (is_same && is_version).then_some(NAMED + u8::from(self.version.is_some()))
            }
        }
    }
}

/// `0.75` as 750: at most three digits behind the point, and nothing above one.
pub(super) fn parse_quality(value: &str) -> Option<u16> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_fraction = fraction.len() <= 3 && fraction.bytes().all(|digit| digit.is_ascii_digit());
    if !is_fraction {
        return None;
    }
    let thousandths = format!("{fraction:0<3}").parse().ok()?;
    match (whole, thousandths) {
        ("0", _) => Some(thousandths),
        ("1", 0) => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ACCEPT, Accept, HeaderMap, Offer, Wish};

    const TEXT: Offer = Offer { kind: "text", subtype: "plain", version: Some("0.0.4") };

    fn wish(header: &str) -> Option<Wish> {
        Accept::parse(header).expect("the header is well-formed").wish_for(TEXT)
    }

    fn quality(header: &str) -> Option<u16> {
        wish(header).map(|wish| wish.quality)
    }

    #[test]
    fn the_most_exact_range_has_the_word() {
        assert_eq!(
            quality("text/plain;version=0.0.4;q=0.25, text/plain;q=0.5, text/*;q=0.75, */*"),
            Some(250)
        );
        assert_eq!(quality("*/*, text/*;q=0.75, text/plain;q=0.5"), Some(500));
        assert_eq!(quality("*/*;q=0.125, text/*;q=0.75, text/html"), Some(750));
        assert_eq!(quality("application/json, */*;q=0.001"), Some(1));
        assert_eq!(quality("application/json"), None);
        assert_eq!(quality("text/plain;q=0, */*"), None);
    }

    #[test]
    fn another_version_is_another_type() {
        assert_eq!(quality("text/plain;version=1.0.0"), None);
        assert_eq!(quality("text/plain;version=1.0.0, */*;q=0.1"), Some(100));
        assert_eq!(quality("TEXT/Plain; Version=\"0.0.4\" ;q=1.000"), Some(1_000));
        assert_eq!(quality("text/plain;charset=utf-8;escaping=\"a,b;\\\"c\""), Some(1_000));
    }

    #[test]
    fn what_is_named_is_told_from_what_a_wildcard_meets() {
        assert_eq!(wish("text/plain"), Some(Wish { quality: 1_000, is_named: true }));
        assert_eq!(wish("*/*"), Some(Wish { quality: 1_000, is_named: false }));
    }

    #[test]
    fn what_is_malformed_is_none() {
        let malformed = [
            "text",
            "text/",
            "/plain",
            "*/plain",
            "text/plain;q",
            "text/plain;q=",
            "text/plain;q=2",
            "text/plain;q=1.001",
            "text/plain;q=0.1234",
            "text/plain;q=.5",
            "text/plain;q=-1",
            "text/plain;q=\"1\"",
            "te xt/plain",
            "text/plain;a=b c",
            "text/plain;a=\"b",
            "text/plain;=b",
            "téxt/plain",
            "text/plain/x",
        ];
        for header in malformed {
            assert_eq!(Accept::parse(header), None, "{header}");
        }
        assert_eq!(Accept::parse(" , ,").and_then(|accept| accept.wish_for(TEXT)), None);
    }

    #[test]
    fn a_header_longer_than_any_scrapers_is_not_read() {
        let headers = |line: &str| HeaderMap::from_iter([(ACCEPT, line.parse().unwrap())]);
        assert!(Accept::of(&headers(&"text/plain,".repeat(186))).is_some());
        assert!(Accept::of(&headers(&"text/plain,".repeat(187))).is_none());
    }

    proptest! {
        #[test]
        fn any_header_is_read_or_refused(header in "[a-z*/;,=\"\\\\q01. \\PC]{0,60}") {
            if let Some(wish) = Accept::parse(&header).and_then(|accept| accept.wish_for(TEXT)) {
                prop_assert!((1..=1_000).contains(&wish.quality));
            }
        }

        #[test]
        fn any_quality_is_read(thousandths in 1_u16..=1_000) {
            let q = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
            prop_assert_eq!(quality(&format!("text/plain;q={q}")), Some(thousandths));
        }
    }
}
