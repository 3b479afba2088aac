//! How a request came: its scheme, and the version of HTTP.

use http::{Request, Uri};

use super::forwarded;
use crate::http_version::{self, VERSIONS};

/// One of few, so that each has the constant part of its spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Protocol {
    is_https: bool,
    /// By its place in [`VERSIONS`].
    version: usize,
}

impl Protocol {
    pub(super) const COUNT: usize = 2 * VERSIONS.len();

    /// By what the client says in the first line, or in HTTP/2's place of it; by what a proxy says of it where that is
    /// trusted. Whoever says nothing came over `http`.
    pub(super) fn of<B>(request: &Request<B>, trusts_forwarded: bool) -> Protocol {
        let forwarded = trusts_forwarded.then(|| forwarded::is_https(request.headers())).flatten();
        let is_https = forwarded.unwrap_or_else(|| is_https(request.uri()));
        Protocol { is_https, version: http_version::place(request.version()).unwrap_or_default() }
    }

    pub(super) fn index(self) -> usize {
        self.version * 2 + usize::from(self.is_https)
    }

    pub(super) fn scheme(self) -> &'static str {
        if self.is_https { "https" } else { "http" }
    }

    pub(super) fn usual_port(self) -> u16 {
        if self.is_https { 443 } else { 80 }
    }

    pub(super) fn version(self) -> &'static str {
        VERSIONS[self.version].1
    }
}

fn is_https(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::Protocol;
    use crate::http_version::VERSIONS;

    #[test]
    fn every_protocol_has_a_place_of_its_own() {
        let mut places = Vec::new();
        for (version, shown) in VERSIONS {
            for scheme in ["http", "https"] {
                let request = Request::get(format!("{scheme}://h/")).version(version).body(()).unwrap();
                let protocol = Protocol::of(&request, false);
                assert_eq!([protocol.scheme(), protocol.version()], [scheme, shown]);
                places.push(protocol.index());
            }
        }
        assert_eq!(places, (0..Protocol::COUNT).collect::<Vec<_>>());
    }

    #[test]
    fn a_proxy_has_the_word_where_it_is_trusted() {
        let request = Request::get("/").header("x-forwarded-proto", "https").body(()).unwrap();
        assert_eq!(Protocol::of(&request, false).scheme(), "http");
        assert_eq!(Protocol::of(&request, true).scheme(), "https");
    }
}
