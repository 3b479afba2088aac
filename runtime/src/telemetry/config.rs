//! The environment, read into facts or refused with the variable's name.

mod propagators;

use std::ffi::OsString;
use std::io;

pub(crate) use self::propagators::Propagators;

const TRACES_URL: &str = "OBS_TRACES_URL";
const INGEST_TOKEN: &str = "OBS_INGEST_TOKEN";
const DEBUG: &str = "DEBUG";
const SAMPLER_ARG: &str = "OTEL_TRACES_SAMPLER_ARG";
const SERVICE_NAME: &str = "OTEL_SERVICE_NAME";
const RESOURCE_ATTRIBUTES: &str = "OTEL_RESOURCE_ATTRIBUTES";

/// Why a telemetry handle could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A variable of the environment holds what it must not.
    #[error("{variable} is {held}; expected {expected}")]
    Variable {
        /// The variable's name.
        variable: &'static str,
        /// What it held, or a description of it where it could be a secret.
        held: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// The exporter could not be made.
    #[error("the exporter to {TRACES_URL} cannot be made: {0}")]
    Exporter(String),
    /// The exporter's thread could not be started.
    #[error("the exporter's thread cannot be started: {0}")]
    Thread(#[source] io::Error),
    /// The process has made as many handles as there can be.
    #[error("too many telemetry handles in one process; make one per process, or one per test")]
    TooManyHandles,
}

/// What the environment says.
#[derive(Debug, Default)]
pub(super) struct Environment {
    pub(super) service_name: Option<String>,
    pub(super) resource: Vec<(String, String)>,
    pub(super) sampling_ratio: Option<f64>,
    pub(super) export: Option<ExportTarget>,
}

/// Where spans go to, and the token for it.
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there is no exporter to take them"))]
pub(super) struct ExportTarget {
    pub(super) url: String,
    pub(super) token: String,
}

impl Environment {
    /// Reads the variables through `lookup`. One that is set to nothing counts as not set, as OpenTelemetry has it.
    pub(super) fn read(
        lookup: impl Fn(&'static str) -> Option<OsString>,
    ) -> Result<Environment, ConfigError> {
        let variable = |name| lookup(name).map_or(Ok(None), |value| text(name, value));
        let debug =
            variable(DEBUG)?.is_some_and(|value| ["1", "true"].contains(&value.to_lowercase().as_str()));
        let ratio = variable(SAMPLER_ARG)?.map(|value| sampler_argument(&value)).transpose()?;
        Ok(Environment {
            service_name: variable(SERVICE_NAME)?,
            resource: variable(RESOURCE_ATTRIBUTES)?
                .map_or_else(|| Ok(Vec::new()), |value| resource(&value))?,
            sampling_ratio: ratio.or(debug.then_some(1.0)),
            export: export_target(variable(TRACES_URL)?, variable(INGEST_TOKEN)?)?,
        })
    }
}

fn text(variable: &'static str, value: OsString) -> Result<Option<String>, ConfigError> {
    let not_text = |_| ConfigError::Variable {
        variable,
        held: "not text (not shown)".to_owned(),
        expected: "text in UTF-8",
    };
    let value = value.into_string().map_err(not_text)?;
    Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty()))
}

fn sampler_argument(value: &str) -> Result<f64, ConfigError> {
    match value.parse::<f64>() {
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(ratio),
        _ => Err(ConfigError::Variable {
            variable: SAMPLER_ARG,
            held: format!("`{value}`"),
            expected: "a number from 0.0 to 1.0",
        }),
    }
}

fn resource(value: &str) -> Result<Vec<(String, String)>, ConfigError> {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=')?;
        let decode = |text: &str| {
            percent_encoding::percent_decode_str(text.trim()).decode_utf8().ok().map(String::from)
        };
        Some((decode(key).filter(|key| !key.is_empty())?, decode(value)?))
    };
    let pairs = value.split(',').filter(|part| !part.trim().is_empty());
    pairs.map(pair).collect::<Option<Vec<_>>>().ok_or_else(|| ConfigError::Variable {
        variable: RESOURCE_ATTRIBUTES,
        held: format!("`{value}`"),
        expected: "`key=value` pairs with commas between them, percent-encoded",
    })
}

/// Both variables are optional; nothing is exported without both, which is said in the log.
fn export_target(url: Option<String>, token: Option<String>) -> Result<Option<ExportTarget>, ConfigError> {
    let url = url.map(checked_url).transpose()?;
    let token = token.map(checked_token).transpose()?;
    let missing = match (url, token) {
        (Some(url), Some(token)) => return Ok(Some(ExportTarget { url, token })),
        (None, _) => TRACES_URL,
        (_, None) => INGEST_TOKEN,
    };
    tracing::info!("traces are not exported, because {missing} is not set; metrics work");
    Ok(None)
}

fn checked_url(url: String) -> Result<String, ConfigError> {
    let refused =
        |expected| ConfigError::Variable { variable: TRACES_URL, held: without_secrets(&url), expected };
    let Some(parsed) = url.parse::<http::Uri>().ok().filter(|parsed| parsed.scheme().is_some()) else {
        return Err(refused("a URL that starts with `http://` or `https://`"));
    };
    if parsed.host().is_none_or(str::is_empty) || (names_port(&parsed) && parsed.port_u16().is_none()) {
        return Err(refused("a URL with a host, and a port below 65536"));
    }
    match parsed.scheme_str() {
        Some("http") => Ok(url),
        Some("https") if cfg!(feature = "tls") => Ok(url),
        Some("https") => Err(refused("a URL that starts with `http://`, or spanweave's feature `tls`")),
        _ => Err(refused("a URL that starts with `http://` or `https://`")),
    }
}

fn names_port(url: &http::Uri) -> bool {
    let authority = url.authority().map_or("", http::uri::Authority::as_str);
    // Neither a password nor an IPv6 address is a port.
    let host = authority.rsplit(['@', ']']).next().unwrap_or(authority);
    host.contains(':')
}

/// A URL without its query; not at all where it has a user or a password.
fn without_secrets(url: &str) -> String {
    if url.contains('@') {
        return "a URL with a user or a password (not shown)".to_owned();
    }
    let end = url.find(['?', '#']).unwrap_or(url.len());
    format!("`{}`", &url[..end])
}

fn checked_token(token: String) -> Result<String, ConfigError> {
    if token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(token);
    }
    Err(ConfigError::Variable {
        variable: INGEST_TOKEN,
        held: "a text with blanks or control characters (not shown)".to_owned(),
        expected: "the token alone, without `Bearer`",
    })
}

impl std::fmt::Debug for ExportTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExportTarget")
            .field("url", &without_secrets(&self.url))
            .field("token", &"***")
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::Environment;

    fn read(variables: &[(&str, &str)]) -> Result<Environment, String> {
        Environment::read(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(*value))
        })
        .map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_set_exports_nothing() {
        let environment = read(&[]).unwrap();
        assert!(environment.export.is_none());
        assert_eq!(environment.sampling_ratio, None);
    }

    #[test]
    fn debug_keeps_every_trace_and_the_argument_wins() {
        assert_eq!(read(&[("DEBUG", "true")]).unwrap().sampling_ratio, Some(1.0));
        assert_eq!(read(&[("DEBUG", "false")]).unwrap().sampling_ratio, None);
        let both = read(&[("DEBUG", "true"), ("OTEL_TRACES_SAMPLER_ARG", "0.25")]).unwrap();
        assert_eq!(both.sampling_ratio, Some(0.25));
    }

    #[test]
    fn a_bad_value_names_its_variable() {
        for (value, error) in [
            ("abc", "OTEL_TRACES_SAMPLER_ARG is `abc`; expected a number from 0.0 to 1.0"),
            ("1.5", "OTEL_TRACES_SAMPLER_ARG is `1.5`; expected a number from 0.0 to 1.0"),
            ("NaN", "OTEL_TRACES_SAMPLER_ARG is `NaN`; expected a number from 0.0 to 1.0"),
        ] {
            assert_eq!(read(&[("OTEL_TRACES_SAMPLER_ARG", value)]).unwrap_err(), error);
        }
        assert_eq!(
            read(&[("OTEL_RESOURCE_ATTRIBUTES", "a=1,b")]).unwrap_err(),
            "OTEL_RESOURCE_ATTRIBUTES is `a=1,b`; expected `key=value` pairs with commas between them, percent-encoded"
        );
    }

    #[test]
    fn a_url_without_a_scheme_is_refused_even_without_a_token() {
        assert_eq!(
            read(&[("OBS_TRACES_URL", "ingest.example/v1/traces")]).unwrap_err(),
            "OBS_TRACES_URL is `ingest.example/v1/traces`; expected a URL that starts with `http://` or `https://`"
        );
    }

    #[test]
    fn a_url_needs_a_host_and_a_possible_port() {
        for url in ["http://:4318/v1/traces", "http://collector:99999/v1/traces"] {
            let error = read(&[("OBS_TRACES_URL", url)]).unwrap_err();
            assert!(error.contains("expected a URL"), "{error}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let error = read(&[("OBS_TRACES_URL", "ftp://user:hunter2@host/v1/traces")]).unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
        let error = read(&[("OBS_TRACES_URL", "ftp://host/v1/traces?key=hunter2")]).unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
        let error = read(&[("OBS_TRACES_URL", "http://h/v1/traces"), ("OBS_INGEST_TOKEN", "Bearer hunter2")]);
        let error = error.unwrap_err();
        assert!(!error.contains("hunter2") && error.starts_with("OBS_INGEST_TOKEN is"), "{error}");
        let target =
            read(&[("OBS_TRACES_URL", "http://h/v1/traces"), ("OBS_INGEST_TOKEN", "hunter2")]).unwrap();
        assert!(!format!("{target:?}").contains("hunter2"));
    }

    #[test]
    fn resource_attributes_are_percent_decoded() {
        let environment = read(&[("OTEL_RESOURCE_ATTRIBUTES", "team=home%20care, region=eu ,")]).unwrap();
        let expected = [("team", "home care"), ("region", "eu")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(environment.resource, expected);
    }
}
