//! The exporter of log records that the environment asks for, beside that of its spans.

use std::collections::HashMap;
use std::time::Duration;
use std::{fs, thread};

use http::header::AUTHORIZATION;
use opentelemetry_otlp::{LogExporter, Protocol, WithExportConfig, WithHttpConfig};

use super::config::{ConfigError, Environment, Otlp, Settings};
use super::otlp::{OtlpTarget, TokenSource};

const TRACES: &str = "/v1/traces";
const LOGS: &str = "/v1/logs";

/// `None` where nothing is exported. Always over HTTP, uncompressed; a token of a file is the one that it holds now.
pub(crate) fn log_exporter() -> Result<Option<LogExporter>, ConfigError> {
    let mut settings = Settings::default();
    settings.give_way(Environment::read(&|name| std::env::var_os(name))?);
    let otlp = settings.otlp.filter(|_| !settings.disabled.value);
    let Some(target) = otlp.map(Otlp::target).transpose()? else { return Ok(None) };
    let exporter = LogExporter::builder()
        .with_http()
        .with_http_client(client(target.timeout)?)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(logs_url(&target.url))
        .with_timeout(target.timeout)
        .with_headers(headers(&target)?)
        .build()
        .map_err(|error| ConfigError::Exporter(error.to_string()))?;
    Ok(Some(exporter))
}

/// Where a collector takes logs that takes traces there.
fn logs_url(traces_url: &str) -> String {
    let url = traces_url.trim_end_matches('/');
    format!("{}{LOGS}", url.strip_suffix(TRACES).unwrap_or(url))
}

fn headers(target: &OtlpTarget) -> Result<HashMap<String, String>, ConfigError> {
    let text = |(name, value): &(http::HeaderName, http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let mut headers: HashMap<_, _> = target.headers.iter().filter_map(text).collect();
    let token = target.token.as_ref().map(token).transpose()?;
    headers
        .extend(token.map(|token| (AUTHORIZATION.as_str().to_owned(), format!("Bearer {}", token.trim()))));
    Ok(headers)
}

fn token(source: &TokenSource) -> Result<String, ConfigError> {
    match source {
        TokenSource::Fixed(token) => Ok(token.clone()),
        TokenSource::File(path) => fs::read_to_string(path).map_err(|error| {
            ConfigError::Exporter(format!("the token cannot be read from {}: {error}", path.display()))
        }),
    }
}

/// A blocking one, because the SDK's thread has no asynchronous runtime; made on a thread of its own, because it must not
/// be made inside one.
fn client(timeout: Duration) -> Result<reqwest::blocking::Client, ConfigError> {
    let build = move || reqwest::blocking::Client::builder().timeout(timeout).build();
    match thread::spawn(build).join() {
        Ok(client) => client.map_err(|error| ConfigError::Exporter(error.to_string())),
        Err(_) => Err(ConfigError::Exporter("the HTTP client cannot be made".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::logs_url;

    #[test]
    fn logs_go_beside_traces() {
        assert_eq!(logs_url("http://collector:4318/v1/traces"), "http://collector:4318/v1/logs");
        assert_eq!(logs_url("http://collector:4318/a/v1/traces/"), "http://collector:4318/a/v1/logs");
        assert_eq!(logs_url("http://collector:4318"), "http://collector:4318/v1/logs");
    }
}
