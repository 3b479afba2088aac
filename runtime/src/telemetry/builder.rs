//! The builder: what the application and the environment say becomes a handle.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanExporter;
use opentelemetry_semantic_conventions::attribute::SERVICE_NAME;

use super::config::{ConfigError, Environment};
use super::export::{Backoff, ErasedExporter, Pipeline, Waiting};
use super::{DROP_TIMEOUT, Inner, Keep, Keeping, Sampling, Telemetry, otlp};
use crate::core::Core;
use crate::sql::{SqlOptions, SqlRules};

/// What an exporter's queue takes, if nobody says otherwise.
const QUEUE_BYTES: usize = 64 << 20;

/// Configures a [`Telemetry`] handle.
///
/// What [`env`](TelemetryBuilder::env) reads from the environment wins over what was set before it, and what is set
/// after it wins over the environment.
#[derive(Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct TelemetryBuilder {
    service_name: Option<String>,
    resource: Vec<(String, String)>,
    sampling: Sampling,
    keep: Keep,
    sql: SqlOptions,
    exporters: Vec<Box<dyn ErasedExporter>>,
    queue_bytes: Option<usize>,
    backoff: Backoff,
}

impl TelemetryBuilder {
    /// The resource attribute `service.name`; `unknown_service` if it is never set.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// Adds a resource attribute.
    pub fn resource_attribute(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.resource.push((key.into(), value.into()));
        self
    }

    /// The part of new traces that is kept, from 0.0 to 1.0; 0.1 by default. A request that comes with a decision of
    /// its caller follows that instead. Values outside the range are taken as the nearest end of it.
    pub fn sampling_ratio(mut self, ratio: f64) -> Self {
        self.sampling = Sampling::ratio(ratio);
        self
    }

    /// Which traces are kept although sampling left them out; see [`Keep`] for the default.
    pub fn keep(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }

    /// What is shown and counted of SQL statements; see [`SqlOptions`] for the default.
    pub fn sql(mut self, sql: SqlOptions) -> Self {
        self.sql = sql;
        self
    }

    /// Exports spans to any exporter of the OpenTelemetry SDK; to each of them, where there are several. Without an
    /// exporter no trace is recorded, and metrics still work.
    ///
    /// Each exporter has a queue and a thread of its own, which belongs to no asynchronous runtime.
    pub fn exporter(self, exporter: impl SpanExporter + 'static) -> Self {
        self.boxed_exporter(Box::new(exporter))
    }

    pub(super) fn boxed_exporter(mut self, exporter: Box<dyn ErasedExporter>) -> Self {
        self.exporters.push(exporter);
        self
    }

    /// What the queue of each exporter may take in memory, in bytes: spans that have ended, with their attributes and
    /// texts, until the exporter has taken or refused them. 64 MiB by default, which is some 400,000 spans without
    /// attributes of their own. Past it, the oldest traces are dropped, and counted as `queue_full`.
    ///
    /// ```
    /// let builder = spanweave::Telemetry::builder().queue_bytes(8 << 20);
    /// ```
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        self.queue_bytes = Some(bytes);
        self
    }

    /// How long an export over OTLP waits before it tries again a batch that was not answered, or with `429`, `502`,
    /// `503` or `504`: `first`, by default 1 second, then twice as long each time, up to `most`, by default 30 seconds.
    /// Up to a half of each wait is left out at random. A collector's `Retry-After` comes before it, up to 5 minutes.
    ///
    /// ```
    /// # use std::time::Duration;
    /// let builder = spanweave::Telemetry::builder()
    ///     .retry_backoff(Duration::from_millis(200), Duration::from_secs(10));
    /// ```
    pub fn retry_backoff(mut self, first: Duration, most: Duration) -> Self {
        self.backoff = Backoff::new(first, most);
        self
    }

    /// Reads the environment:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `OBS_TRACES_URL` | where to export to, over OTLP/HTTP; ends in `/v1/traces` |
    /// | `OBS_INGEST_TOKEN` | the bearer token for it; without it, or without the URL, nothing is exported |
    /// | `DEBUG` | `true`: every trace is kept |
    /// | `OTEL_TRACES_SAMPLER_ARG` | the part of traces that is kept, from 0.0 to 1.0; wins over `DEBUG` |
    /// | `OTEL_SERVICE_NAME` | `service.name` |
    /// | `OTEL_RESOURCE_ATTRIBUTES` | more resource attributes: `key=value,…`, percent-encoded |
    ///
    /// # Errors
    /// When a variable holds what it must not, naming the variable.
    pub fn env(self) -> Result<Self, ConfigError> {
        let environment = Environment::read(std::env::var_os)?;
        self.environment(environment)
    }

    fn environment(mut self, environment: Environment) -> Result<Self, ConfigError> {
        if let Some(ratio) = environment.sampling_ratio {
            self = self.sampling_ratio(ratio);
        }
        let named = environment.resource.iter().rfind(|(key, _)| key == SERVICE_NAME);
        if let Some(name) = environment.service_name.or_else(|| named.map(|(_, name)| name.clone())) {
            self = self.service_name(name);
        }
        self.resource.extend(environment.resource);
        if let Some(target) = environment.export {
            self = self.boxed_exporter(otlp::exporter(target.into())?);
        }
        Ok(self)
    }

    /// Makes the handle, and starts the threads of its exporters.
    ///
    /// # Errors
    /// When a thread cannot be started, or the process has made 4,095 handles.
    pub fn build(self) -> Result<Telemetry, ConfigError> {
        let resource = self.resource();
        let exports = !self.exporters.is_empty();
        let core = Core::new(self.sampling, Keeping::new(self.keep), SqlRules::new(self.sql), exports)
            .ok_or(ConfigError::TooManyHandles)?;
        let queue_bytes = self.queue_bytes.unwrap_or(QUEUE_BYTES);
        let waiting = Waiting { queue_bytes, backoff: self.backoff, grace: DROP_TIMEOUT };
        let start = || Pipeline::start(core, self.exporters, &resource, waiting);
        let export = exports.then(start).transpose().map_err(ConfigError::Thread)?;
        Ok(Telemetry { inner: Arc::new(Inner { core, export }) })
    }

    fn resource(&self) -> Resource {
        let named = self.resource.iter().any(|(key, _)| key == SERVICE_NAME);
        let unknown = (!named).then(|| "unknown_service".to_owned());
        let attributes = self.resource.iter().cloned().map(|(key, value)| KeyValue::new(key, value));
        let name = self.service_name.clone().or(unknown).map(|name| KeyValue::new(SERVICE_NAME, name));
        Resource::builder_empty().with_attributes(attributes.chain(name)).build()
    }
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryBuilder")
            .field("service_name", &self.service_name)
            .field("resource", &self.resource)
            .field("sampling", &self.sampling)
            .field("keep", &self.keep)
            .field("sql", &self.sql)
            .field("exporters", &self.exporters.len())
            .field("queue_bytes", &self.queue_bytes)
            .field("backoff", &self.backoff)
            .finish()
    }
}
