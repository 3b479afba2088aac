//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::Extension;
use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::error::AppError;

/// How many proxies a request has passed on its way, each of which adds to `X-Forwarded-For` whom it has it from. What stands
/// further left in the header is whatever the client says.
#[derive(Clone, Copy, Debug)]
pub struct TrustedProxies(pub usize);

/// The client's address; none where the server is not told its peers.
pub struct ClientAddress(pub Option<IpAddr>);

impl<S> FromRequestParts<S> for ClientAddress
where
    S: Send + Sync,
    TrustedProxies: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<ClientAddress, AppError> {
        let peer = Option::<Extension<ConnectInfo<SocketAddr>>>::from_request_parts(parts, state).await;
        let peer = peer.ok().flatten().map(|Extension(ConnectInfo(peer))| peer.ip());
        let forwarded = forwarded_for(&parts.headers, TrustedProxies::from_ref(state));
        Ok(ClientAddress(forwarded.or(peer)))
    }
}

/// Whom the outermost trusted proxy has the request from, if it says so.
fn forwarded_for(headers: &HeaderMap, TrustedProxies(proxies): TrustedProxies) -> Option<IpAddr> {
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let mut hops = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    address(hops.nth(proxies.checked_sub(1)?)?.trim())
}

/// Some proxies tell the port, too.
fn address(hop: &str) -> Option<IpAddr> {
    hop.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{TrustedProxies, forwarded_for};

    fn through(proxies: usize, lines: &[&'static str]) -> Option<String> {
        let line = |line: &&'static str| ("x-forwarded-for".parse().unwrap(), HeaderValue::from_static(line));
        let headers: HeaderMap = lines.iter().map(line).collect();
        forwarded_for(&headers, TrustedProxies(proxies)).map(|address| address.to_string())
    }

    #[test]
    fn proxies_are_counted_from_the_right() {
        let lines = ["6.6.6.6, 192.0.2.7", "198.51.100.1"];
        assert_eq!(through(1, &lines).as_deref(), Some("198.51.100.1"));
        assert_eq!(through(2, &lines).as_deref(), Some("192.0.2.7"));
    }

    #[test]
    fn who_trusts_none_believes_nothing() {
        assert_eq!(through(0, &["192.0.2.7"]), None);
    }

    #[test]
    fn ports_are_left_out() {
        assert_eq!(through(1, &["192.0.2.7:4711"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(through(1, &["[2001:db8::1]:4711"]).as_deref(), Some("2001:db8::1"));
    }

    #[test]
    fn what_is_no_address_is_not_said() {
        for line in ["", "unknown", ",", "192.0.2.7,"] {
            assert_eq!(through(1, &[line]), None, "{line}");
        }
        assert_eq!(through(2, &["192.0.2.7"]), None, "it did not pass both");
    }
}
