//! The exporter that the environment asks for: OTLP over HTTP, in protobuf, with a bearer token.

use super::config::{ConfigError, ExportTarget};
use super::export::ErasedExporter;

#[cfg(feature = "otlp")]
pub(super) fn exporter(target: ExportTarget) -> Result<Box<dyn ErasedExporter>, ConfigError> {
    use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};

    let bearer = format!("Bearer {}", target.token);
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(target.url)
        .with_headers([("Authorization".to_owned(), bearer)].into())
        .build()
        .map_err(|error| ConfigError::Exporter(error.to_string()))?;
    Ok(Box::new(exporter))
}

#[cfg(not(feature = "otlp"))]
pub(super) fn exporter(_: ExportTarget) -> Result<Box<dyn ErasedExporter>, ConfigError> {
    Err(ConfigError::Exporter("spanweave was built without its feature `otlp`".to_owned()))
}
