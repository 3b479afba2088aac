//! URLs to export to.

use http::Uri;

use super::error::{Refused, shown};
use crate::telemetry::otlp::Protocol;

const SCHEME: &str = "a URL that starts with `http://` or `https://`";
const HOST: &str = "a URL with a host, and a port below 65536";
const NO_TLS: &str = "a URL that starts with `http://`, or spanweave's feature `tls`";

/// In place of what may be a token that was put into the wrong variable.
const NO_URL: &str = "a text without `://` (not shown: it may be a secret)";

/// The path of traces under an endpoint of all signals.
const TRACES_PATH: &str = "/v1/traces";
/// That of logs.
#[cfg(feature = "otlp-logs")]
const LOGS_PATH: &str = "/v1/logs";

pub(super) fn url(url: &str) -> Result<String, Refused> {
    if !url.contains("://") {
        return Err(Refused::hiding(NO_URL, SCHEME));
    }
    let refused = |expected| Refused::hiding(without_secrets(url), expected);
    let Some(parsed) = url.parse::<Uri>().ok().filter(|parsed| parsed.scheme().is_some()) else {
        return Err(refused(SCHEME));
    };
    if parsed.host().is_none_or(str::is_empty) || (names_port(&parsed) && parsed.port_u16().is_none()) {
        return Err(refused(HOST));
    }
    match parsed.scheme_str() {
        Some("http") => Ok(url.to_owned()),
        Some("https") if cfg!(feature = "tls") => Ok(url.to_owned()),
        Some("https") => Err(refused(NO_TLS)),
        _ => Err(refused(SCHEME)),
    }
}

/// Where the traces go, given where all signals go.
pub(super) fn of_traces(endpoint: &str, protocol: Protocol) -> String {
    if protocol == Protocol::Grpc {
        return endpoint.to_owned();
    }
    let (base, query) = base_and_query(endpoint);
    format!("{base}{TRACES_PATH}{query}")
}

/// Where a collector takes logs that takes traces there.
#[cfg(feature = "otlp-logs")]
pub(in crate::telemetry) fn logs_url(traces: &str) -> String {
    let (base, query) = base_and_query(traces);
    format!("{}{LOGS_PATH}{query}", base.strip_suffix(TRACES_PATH).unwrap_or(base))
}

/// A URL without the slashes at the end of its path, and what comes behind them.
fn base_and_query(url: &str) -> (&str, &str) {
    let (base, query) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    (base.trim_end_matches('/'), query)
}

fn names_port(url: &Uri) -> bool {
    let authority = url.authority().map_or("", http::uri::Authority::as_str);
    // Neither a password nor an IPv6 address is a port.
    let host = authority.rsplit(['@', ']']).next().unwrap_or(authority);
    host.contains(':')
}

/// A URL without its query, and with its user and password masked.
pub(crate) fn without_secrets(url: &str) -> String {
    let (base, behind) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    let scheme = base.split_once("://").map_or("", |(scheme, _)| scheme);
    // A password may have these characters where it should have had their codes.
    if behind.contains('@') {
        return shown(&format!("{scheme}://***"));
    }
    match base.rsplit_once('@') {
        Some((_, host)) => shown(&format!("{scheme}://***@{host}")),
        None => shown(base),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::refused;
    use super::{of_traces, without_secrets};
    use crate::telemetry::otlp::Protocol;

    #[test]
    fn what_is_no_url_is_refused_and_its_secrets_are_not_shown() {
        let (scheme, host) = (super::SCHEME, super::HOST);
        for variable in
            ["OBS_TRACES_URL", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
        {
            for (url, held, expected) in [
                ("ingest.example/v1/traces", super::NO_URL, scheme),
                ("hunter2", super::NO_URL, scheme),
                ("ftp://host/v1/traces?key=hunter2", "`ftp://host/v1/traces`", scheme),
                ("ftp://user:hunter2@host/a", "`ftp://***@host/a`", scheme),
                ("user:hunter2@host", super::NO_URL, scheme),
                ("https://user:hunter2#1@host/v1/traces", "`https://***`", host),
                ("http://:4318/v1/traces", "`http://:4318/v1/traces`", host),
                ("http://collector:99999/", "`http://collector:99999/`", host),
            ] {
                refused(variable, url, &format!("{held}; expected {expected}"));
            }
        }
    }

    #[test]
    fn a_password_that_is_not_encoded_is_not_shown() {
        for url in ["http://user:1234#x@host/", "http://user:p@1234?x@host", "http://user:1234?@host"] {
            assert_eq!(without_secrets(url), "`http://***`");
        }
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn https_needs_the_feature() {
        refused(
            "OBS_TRACES_URL",
            "https://ingest.example/v1/traces",
            "`https://ingest.example/v1/traces`; expected a URL that starts with `http://`, or spanweave's feature `tls`",
        );
    }

    #[test]
    fn an_endpoint_of_all_signals_has_a_path_for_traces() {
        for (endpoint, traces) in [
            ("http://collector:4318", "http://collector:4318/v1/traces"),
            ("http://collector:4318/", "http://collector:4318/v1/traces"),
            ("http://collector/otlp?tenant=a", "http://collector/otlp/v1/traces?tenant=a"),
        ] {
            assert_eq!(of_traces(endpoint, Protocol::HttpProtobuf), traces);
        }
        assert_eq!(of_traces("http://collector:4317", Protocol::Grpc), "http://collector:4317");
    }

    #[cfg(feature = "otlp-logs")]
    #[test]
    fn logs_go_beside_traces() {
        for (traces, logs) in [
            ("http://collector:4318/v1/traces", "http://collector:4318/v1/logs"),
            ("http://collector:4318/a/v1/traces/", "http://collector:4318/a/v1/logs"),
            ("http://collector/otlp/v1/traces?tenant=a", "http://collector/otlp/v1/logs?tenant=a"),
            ("http://collector:4318", "http://collector:4318/v1/logs"),
        ] {
            assert_eq!(super::logs_url(traces), logs);
        }
    }
}
