//! Responses in fewer bytes, for who takes them so.

use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};

use super::accept::parse_quality;
use crate::gzip::compressed;

/// A body of text, compressed by gzip if the request takes that.
pub(super) fn coded(request: &HeaderMap, text: String) -> Response {
    if !takes_gzip(request) {
        return text.into_response();
    }
    ([(CONTENT_ENCODING, "gzip")], compressed(text.as_bytes())).into_response()
}

/// Whether gzip is wanted, and at least as much as no coding, where that is said. A malformed header asks for nothing.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let (mut gzip, mut any, mut identity) = (None, None, None);
    for line in headers.get_all(ACCEPT_ENCODING) {
        let Ok(line) = line.to_str() else { return false };
        for element in line.split(',').map(str::trim).filter(|element| !element.is_empty()) {
            let Some((coding, quality)) = parse(element) else { return false };
            match coding.to_ascii_lowercase().as_str() {
                "gzip" | "x-gzip" => gzip = gzip.max(Some(quality)),
                "*" => any = Some(quality),
                "identity" => identity = Some(quality),
                _ => {}
            }
        }
    }
    let gzip = gzip.or(any).unwrap_or(0);
    gzip > 0 && gzip >= identity.unwrap_or(0)
}

/// `gzip;q=0.5` as the coding and 500.
fn parse(element: &str) -> Option<(&str, u16)> {
    let Some((coding, weight)) = element.split_once(';') else { return Some((element, 1_000)) };
    let quality = weight.trim().strip_prefix(['q', 'Q'])?.strip_prefix('=')?;
    Some((coding.trim_end(), parse_quality(quality)?))
}

#[cfg(test)]
mod tests {
    use super::{ACCEPT_ENCODING, HeaderMap, takes_gzip};

    fn is_taken(lines: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT_ENCODING, line.parse().unwrap());
        }
        takes_gzip(&headers)
    }

    #[test]
    fn gzip_is_for_who_takes_it() {
        for taken in [
            "gzip",
            "deflate, GZIP;q=0.5",
            "x-gzip",
            "*",
            "*;q=0.1",
            "gzip ; q=0.001, br",
            "gzip, identity",
            ", gzip,",
        ] {
            assert!(is_taken(&[taken]), "{taken}");
        }
        assert!(is_taken(&["br", "gzip"]));
    }

    #[test]
    fn who_does_not_take_it_gets_text() {
        let refused = [
            "",
            "identity",
            "br",
            "gzip;q=0",
            "*, gzip;q=0",
            "*;q=0",
            "gzip;q=0.5, identity",
            "gzip;q=2",
            "gzip;level=1",
            "gzip;q",
        ];
        for refused in refused {
            assert!(!is_taken(&[refused]), "{refused}");
        }
        assert!(!is_taken(&[]));
    }
}
