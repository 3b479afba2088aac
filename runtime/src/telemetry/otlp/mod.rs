//! The exporter that the environment asks for: OTLP in protobuf, over HTTP or gRPC, with a bearer token.

#[cfg(feature = "otlp")]
mod answers;
#[cfg(feature = "otlp")]
mod exporter;
#[cfg(feature = "grpc")]
mod grpc;
#[cfg(feature = "otlp")]
mod http;
#[cfg(feature = "otlp")]
mod limit;
#[cfg(feature = "otlp")]
mod runtime;
#[cfg(feature = "otlp")]
mod token;
pub(super) mod token_file;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use ::http::{HeaderName, HeaderValue};

#[cfg(feature = "otlp-logs")]
pub(super) use self::exporter::USER_AGENT;
#[cfg(feature = "otlp-logs")]
pub(super) use self::token::Token;

use super::config::{ConfigError, without_secrets};
use super::export::ErasedExporter;

/// Whether this build speaks OTLP over gRPC.
pub(super) const HAS_GRPC: bool = cfg!(feature = "grpc");

/// Where to export to, and how.
#[derive(Clone)]
pub(crate) struct OtlpTarget {
    pub(crate) url: String,
    pub(crate) protocol: Protocol,
    /// They may be secrets.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// It comes before an `authorization` of the headers.
    pub(crate) token: Option<TokenSource>,
    /// How long the collector may take to answer an attempt.
    pub(crate) timeout: Duration,
    pub(crate) gzip: bool,
}

/// How OTLP is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    HttpProtobuf,
    Grpc,
}

/// Where the bearer token comes from.
#[derive(Clone)]
pub(crate) enum TokenSource {
    Fixed(String),
    /// Read again whenever it has changed.
    File(PathBuf),
}

#[cfg(feature = "otlp")]
pub(super) fn exporter(target: OtlpTarget) -> Result<Box<dyn ErasedExporter>, ConfigError> {
    let made = match target.protocol {
        _ if target.url.starts_with("https:") && !cfg!(feature = "tls") => without("tls"),
        _ if target.gzip && !cfg!(feature = "gzip") => without("gzip"),
        Protocol::HttpProtobuf => exporter::over_http(target),
        #[cfg(feature = "grpc")]
        Protocol::Grpc => exporter::over_grpc(target),
        #[cfg(not(feature = "grpc"))]
        Protocol::Grpc => without("grpc"),
    };
    made.map_err(ConfigError::Exporter)
}

#[cfg(not(feature = "otlp"))]
pub(super) fn exporter(_: OtlpTarget) -> Result<Box<dyn ErasedExporter>, ConfigError> {
    without("otlp").map_err(ConfigError::Exporter)
}

fn without(feature: &str) -> Result<Box<dyn ErasedExporter>, String> {
    Err(format!("spanweave was built without its feature `{feature}`"))
}

impl fmt::Debug for OtlpTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("OtlpTarget")
            .field("url", &without_secrets(&self.url))
            .field("protocol", &self.protocol)
            .field("headers", &headers)
            .field("token", &self.token)
            .field("timeout", &self.timeout)
            .field("gzip", &self.gzip)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenSource::Fixed(_) => f.write_str("***"),
            TokenSource::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

#[cfg(all(test, feature = "otlp"))]
mod tests;
