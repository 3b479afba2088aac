//! As much of a URL as a span may show: what names a service and an endpoint, and nothing that may be a user's.

use reqwest::Url;

use crate::http_host;

/// The most bytes that are shown.
const MAX_SHOWN: usize = 2_048;
/// The most parameters that are shown, and the most bytes of the name of one.
const MAX_PARAMETERS: usize = 32;
const MAX_NAME: usize = 64;

/// In the place of what is not shown, as the conventions have it.
const REDACTED: &str = "REDACTED";

/// What stands for a URL's path.
#[derive(Clone, Copy)]
pub(super) enum Path {
    Template(&'static str),
    Shown,
    Hidden,
}

/// The URL without credentials, without the values of its query, and without its fragment.
pub(super) fn shown(url: &Url, path: Path) -> String {
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    let credentials = if has_credentials { "REDACTED:REDACTED@" } else { "" };
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mut shown = format!("{}://{credentials}{host}{port}", url.scheme());
    push_path(&mut shown, url, path);
    push_query(&mut shown, url);
    shown.truncate(shown.floor_char_boundary(MAX_SHOWN));
    shown
}

/// A name or an address, without the brackets that an IPv6 address has in a URL.
pub(super) fn host(url: &Url) -> Option<&str> {
    let host = url.host_str()?.trim_matches(['[', ']']);
    (1..=http_host::MAX_LENGTH).contains(&host.len()).then_some(host)
}

fn push_path(shown: &mut String, url: &Url, path: Path) {
    let path = match path {
        Path::Template(template) => template,
        Path::Hidden if url.path().len() > 1 => REDACTED,
        Path::Shown | Path::Hidden => url.path(),
    };
    *shown += "/";
    *shown += path.strip_prefix('/').unwrap_or(path);
}

fn push_query(shown: &mut String, url: &Url) {
    let parameters = url.query().into_iter().flat_map(|query| query.split('&')).take(MAX_PARAMETERS);
    for (index, parameter) in parameters.enumerate() {
        *shown += if index == 0 { "?" } else { "&" };
        match parameter.split_once('=') {
            Some((name, _)) if is_name(name) => *shown += name,
            _ => *shown += REDACTED,
        }
        *shown += "=REDACTED";
    }
}

/// Whether it was a programmer who called a parameter so: what has an `@`, a space or no letter in front may be a value.
fn is_name(name: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    name.len() <= MAX_NAME
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(is_of_name)
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::{MAX_SHOWN, Path, shown};

    fn shown_as(path: Path, url: &str) -> String {
        shown(&Url::parse(url).unwrap(), path)
    }

    #[test]
    fn credentials_values_and_fragments_are_not_shown() {
        for (url, expected) in [
            ("https://api.example", "https://api.example/"),
            ("https://api.example:443/a", "https://api.example/a"),
            ("http://u:p@[::1]:8080/a/b#f", "http://REDACTED:REDACTED@[::1]:8080/a/b"),
            ("http://u@h/", "http://REDACTED:REDACTED@h/"),
            ("http://:p@h/", "http://REDACTED:REDACTED@h/"),
            ("http://h/?sig=a%26b=c&page=2&q", "http://h/?sig=REDACTED&page=REDACTED&REDACTED=REDACTED"),
            (
                "http://h/?a@b.example=1&7=2&=3",
                "http://h/?REDACTED=REDACTED&REDACTED=REDACTED&REDACTED=REDACTED",
            ),
        ] {
            assert_eq!(shown_as(Path::Shown, url), expected, "{url}");
        }
    }

    #[test]
    fn a_path_is_its_template_or_nothing_unless_asked_for() {
        const URL: &str = "https://push.example/3/device/00fc13adff";
        assert_eq!(shown_as(Path::Hidden, URL), "https://push.example/REDACTED");
        assert_eq!(shown_as(Path::Hidden, "https://push.example/"), "https://push.example/");
        let template = Path::Template("/3/device/{token}");
        assert_eq!(shown_as(template, URL), "https://push.example/3/device/{token}");
    }

    #[test]
    fn a_host_is_what_a_name_or_an_address_can_be() {
        let host = |url: &str| super::host(&Url::parse(url).unwrap()).map(str::to_owned);
        assert_eq!(host("https://u:p@API.example:8443/a").as_deref(), Some("api.example"));
        assert_eq!(host("http://[::1]:80/").as_deref(), Some("::1"));
        assert_eq!(host("data:text/plain,a"), None);
        assert_eq!(host(&format!("http://{}.example/", "a.".repeat(200))), None);
    }

    #[test]
    fn what_is_shown_is_bounded() {
        let long = "a".repeat(10_000);
        assert_eq!(shown_as(Path::Shown, &format!("http://h/{long}")).len(), MAX_SHOWN);
        let parameters = "abc=1&".repeat(10_000);
        let shown = shown_as(Path::Hidden, &format!("http://h/?{long}=1&{parameters}"));
        assert_eq!((shown.matches("abc=").count(), shown.contains("aaa")), (31, false));
    }
}
