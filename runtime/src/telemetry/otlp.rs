//! The exporter that the environment asks for: OTLP over HTTP, in protobuf, with a bearer token.

use super::config::{ConfigError, ExportTarget};
use super::export::ErasedExporter;

#[cfg(feature = "otlp")]
pub(super) fn exporter(target: ExportTarget) -> Result<Box<dyn ErasedExporter>, ConfigError> {
    use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};

    let bearer = format!("Bearer {}", target.token);
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(blocking_client()?)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(target.url)
        .with_timeout(TIMEOUT)
        .with_headers([("Authorization".to_owned(), bearer)].into())
        .build()
        .map_err(|error| ConfigError::Exporter(error.to_string()))?;
    Ok(Box::new(exporter))
}

/// How long a collector may take to answer.
#[cfg(feature = "otlp")]
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// Named, because another crate's features may make an asynchronous client the default, which the exporter's thread
/// cannot run. Made on a thread of its own, because it must not be made inside an asynchronous runtime.
#[cfg(feature = "otlp")]
fn blocking_client() -> Result<reqwest::blocking::Client, ConfigError> {
    let build = || reqwest::blocking::Client::builder().timeout(TIMEOUT).build();
    match std::thread::spawn(build).join() {
        Ok(client) => client.map_err(|error| ConfigError::Exporter(error.to_string())),
        Err(_) => Err(ConfigError::Exporter("the HTTP client cannot be made".to_owned())),
    }
}

#[cfg(not(feature = "otlp"))]
pub(super) fn exporter(_: ExportTarget) -> Result<Box<dyn ErasedExporter>, ConfigError> {
    Err(ConfigError::Exporter("spanweave was built without its feature `otlp`".to_owned()))
}
