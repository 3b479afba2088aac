//! Where spans go over OTLP, as code says it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use super::endpoint::{self, without_secrets};
use super::error::{ConfigError, Mistakes, Refused};
use super::setting::{Origin, Setting};
use super::{compression, headers, protocol, token, values};
use crate::telemetry::otlp::{OtlpTarget, Protocol, TokenSource};

/// How long a collector may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where spans go over OTLP; given to [`TelemetryBuilder::otlp`](crate::TelemetryBuilder::otlp). What it is given is looked
/// at when the handle is built.
///
/// ```
/// use std::time::Duration;
///
/// use spanweave::{Otlp, Telemetry};
///
/// let otlp = Otlp::http("http://localhost:4318/v1/traces").header("x-tenant", "home").timeout(Duration::from_secs(3));
/// # #[cfg(feature = "otlp")] {
/// let telemetry = Telemetry::builder().otlp(otlp).build()?;
/// # }
/// # Ok::<(), spanweave::ConfigError>(())
/// ```
#[derive(Clone)]
#[must_use = "a target does nothing until a handle is built with it"]
pub struct Otlp {
    pub(super) url: Setting<String>,
    pub(super) protocol: Setting<Protocol>,
    pub(super) token: Option<Setting<TokenSource>>,
    pub(super) headers: Vec<Header>,
    pub(super) timeout: Setting<Duration>,
    pub(super) gzip: Setting<bool>,
}

/// A header's name and value.
pub(super) type Header = Setting<(String, String)>;

impl Otlp {
    /// OTLP over HTTP, in protobuf, to this URL as it is: a collector's ends in `/v1/traces`. `https://` takes the feature
    /// `tls`.
    pub fn http(url: impl Into<String>) -> Otlp {
        Otlp::new(Setting::of_code(url.into()), Setting::of_code(Protocol::HttpProtobuf))
    }

    /// OTLP over gRPC, which takes the feature `grpc`.
    pub fn grpc(url: impl Into<String>) -> Otlp {
        Otlp::new(Setting::of_code(url.into()), Setting::of_code(Protocol::Grpc))
    }

    pub(super) fn new(url: Setting<String>, protocol: Setting<Protocol>) -> Otlp {
        let timeout = Setting::of_default(TIMEOUT);
        Otlp { url, protocol, token: None, headers: Vec::new(), timeout, gzip: Setting::of_default(false) }
    }

    /// Sends `Authorization: Bearer …`, in place of such a header that is set otherwise.
    pub fn bearer_token(mut self, token: impl Into<String>) -> Otlp {
        self.token = Some(Setting::of_code(TokenSource::Fixed(token.into())));
        self
    }

    /// [`bearer_token`](Otlp::bearer_token), out of a file that is read again when it changes. Blanks around the token do
    /// not count.
    pub fn bearer_token_file(mut self, path: impl Into<PathBuf>) -> Otlp {
        self.token = Some(Setting::of_code(TokenSource::File(path.into())));
        self
    }

    /// Sends a header, in place of one of this name that was set before. Its value counts as a secret and is never shown.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Otlp {
        self.set_header(Setting::of_code((name.into(), value.into())));
        self
    }

    /// How long the collector may take to answer, for each attempt: from a millisecond to an hour, 10 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Otlp {
        self.timeout = Setting::of_code(timeout);
        self
    }

    /// Whether what is sent is compressed, which takes the feature `gzip`; not by default.
    pub fn gzip(mut self, is_compressed: bool) -> Otlp {
        self.gzip = Setting::of_code(is_compressed);
        self
    }

    pub(super) fn set_header(&mut self, header: Header) {
        self.headers.retain(|earlier| !earlier.value.0.eq_ignore_ascii_case(&header.value.0));
        self.headers.push(header);
    }

    /// What the exporter is made of, unless there are mistakes.
    pub(super) fn target(self, mistakes: &mut Mistakes) -> Option<OtlpTarget> {
        let headers = self.headers.into_iter().filter_map(|header| {
            let (name, value) = &header.value;
            let checked = headers::header(name, value);
            mistakes.without(checked.map_err(|refused| refused_by(header.origin, refused, "Otlp::header")))
        });
        let headers: Vec<(HeaderName, HeaderValue)> = headers.collect();
        let token = self.token.map(|token| {
            let method = match token.value {
                TokenSource::Fixed(_) => "Otlp::bearer_token",
                TokenSource::File(_) => "Otlp::bearer_token_file",
            };
            mistakes.without(used(token, token::checked, method))
        });
        let is_replaced = |name: &HeaderName| token.is_some() && *name == http::header::AUTHORIZATION;
        let headers = headers.into_iter().filter(|(name, _)| !is_replaced(name)).collect();
        let new = match self.protocol.value {
            Protocol::HttpProtobuf => "Otlp::http",
            Protocol::Grpc => "Otlp::grpc",
        };
        let url = mistakes.without(used(self.url, |url| endpoint::url(&url), new));
        let protocol = mistakes.without(used(self.protocol, protocol::built, new));
        let timeout = mistakes.without(used(self.timeout, values::duration, "Otlp::timeout"));
        let gzip = mistakes.without(used(self.gzip, compression::built, "Otlp::gzip"));
        Some(OtlpTarget {
            url: url?,
            protocol: protocol?,
            headers,
            timeout: timeout?,
            gzip: gzip?,
            token: token.flatten(),
        })
    }
}

/// A setting that can be used. Those of the environment are looked at when they are read, so what is refused here is
/// most likely the code's.
fn used<T, U>(
    setting: Setting<T>,
    check: impl FnOnce(T) -> Result<U, Refused>,
    method: &'static str,
) -> Result<U, ConfigError> {
    check(setting.value).map_err(|refused| refused_by(setting.origin, refused, method))
}

fn refused_by(origin: Origin, refused: Refused, method: &'static str) -> ConfigError {
    match origin {
        Origin::Variable(name) => refused.in_variable(name),
        Origin::Code | Origin::Default => refused.in_setting(method),
    }
}

impl fmt::Debug for Otlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|header| header.value.0.as_str()).collect();
        f.debug_struct("Otlp")
            .field("url", &without_secrets(&self.url.value))
            .field("protocol", &self.protocol.value)
            .field("token", &self.token.as_ref().map(|token| &token.value))
            .field("headers", &headers)
            .field("timeout", &self.timeout.value)
            .field("gzip", &self.gzip.value)
            .finish()
    }
}
