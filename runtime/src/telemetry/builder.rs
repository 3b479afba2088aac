//! The builder: what the application and the environment say becomes a handle.

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::trace::SpanExporter;
use opentelemetry_semantic_conventions::attribute::SERVICE_NAME;

use super::config::{
    Checked, ConfigError, Configuration, Environment, Otlp, Propagators, Setting, Settings, SpanLimits,
};
use super::export::{Backoff, ErasedExporter, Pipeline, Waiting};
use super::silence::Silence;
use super::{DROP_TIMEOUT, Inner, Keep, Keeping, Sampler, Sampling, Telemetry, otlp};
use crate::core::{Core, Rules};
use crate::sql::{SqlOptions, SqlRules};

/// Configures a [`Telemetry`] handle.
///
/// What [`env`](TelemetryBuilder::env) reads from the environment wins over what was set before it, and what is set
/// after it wins over the environment. All that the environment can say, code can say, too.
#[derive(Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct TelemetryBuilder {
    settings: Settings,
    exporters: Vec<Box<dyn ErasedExporter>>,
}

impl TelemetryBuilder {
    /// The resource attribute `service.name`; `unknown_service` if it is never set.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.settings.service_name = Setting::of_code(Some(name.into()));
        self
    }

    /// Adds a resource attribute, in place of one of this key that was set before; with the key `service.name` it is
    /// [`service_name`](TelemetryBuilder::service_name).
    pub fn resource_attribute(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let (key, value) = (key.into(), value.into());
        if key == SERVICE_NAME {
            return self.service_name(value);
        }
        self.settings.resource.push(Setting::of_code((key, value)));
        self
    }

    /// The part of new traces that is kept, from 0.0 to 1.0; 0.1 by default. It is short for the
    /// [`sampler`](TelemetryBuilder::sampler) `Sampler::ratio(ratio)`.
    pub fn sampling_ratio(self, ratio: f64) -> Self {
        self.sampler(Sampler::ratio(ratio))
    }

    /// Which new traces are recorded from their start; see [`Sampler`] for the default.
    pub fn sampler(mut self, sampler: Sampler) -> Self {
        self.settings.sampler = Setting::of_code(sampler);
        self
    }

    /// Which traces are kept although sampling left them out; see [`Keep`] for the default.
    pub fn keep(mut self, keep: Keep) -> Self {
        self.settings.keep = Setting::of_code(keep);
        self
    }

    /// How much one span may say; of the limits that these leave at their default, those set before hold.
    pub fn limits(mut self, limits: SpanLimits) -> Self {
        self.settings.limits = self.settings.limits.overridden_by(limits);
        self
    }

    /// Which headers carry a trace from one process to the next; see [`Propagators`] for the default.
    pub fn propagators(mut self, propagators: Propagators) -> Self {
        self.settings.propagators = Setting::of_code(propagators);
        self
    }

    /// What is shown and counted of SQL statements; see [`SqlOptions`] for the default.
    pub fn sql(mut self, sql: SqlOptions) -> Self {
        self.settings.sql = Setting::of_code(sql);
        self
    }

    /// Exports spans over OTLP, to this place in place of one that was set before; `None` for no such export.
    pub fn otlp(mut self, otlp: impl Into<Option<Otlp>>) -> Self {
        self.settings.otlp = Setting::of_code(otlp.into());
        self
    }

    /// Exports spans to any exporter of the OpenTelemetry SDK, too; to each of them, where there are several. Without an
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
    /// texts, until the exporter has taken or refused them. 64 MiB by default, which is about a million spans
    /// without attributes of their own. Past it, the oldest traces are dropped, and counted as `queue_full`.
    /// Less than 1 MiB is refused by [`build`](TelemetryBuilder::build).
    ///
    /// ```
    /// let builder = spanweave::Telemetry::builder().queue_bytes(8 << 20);
    /// ```
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        self.settings.queue_bytes = Setting::of_code(bytes);
        self
    }

    /// How long an export over OTLP waits before it tries again a batch that was not answered, or with `429`, `502`,
    /// `503` or `504`: `first`, by default 1 second, then twice as long each time, up to `most`, by default 30 seconds.
    /// Up to a half of each wait is left out at random. A collector's `Retry-After` that is longer comes before it, up to 5 minutes.
    /// Both are from a millisecond to an hour; [`build`](TelemetryBuilder::build) refuses others.
    ///
    /// ```
    /// # use std::time::Duration;
    /// let builder = spanweave::Telemetry::builder()
    ///     .retry_backoff(Duration::from_millis(200), Duration::from_secs(10));
    /// ```
    pub fn retry_backoff(mut self, first: Duration, most: Duration) -> Self {
        self.settings.backoff = Setting::of_code(Backoff::new(first, most));
        self
    }

    /// How long an ended trace waits for others before it is exported: from a millisecond to an hour, half a second by
    /// default. Many of them go sooner.
    pub fn export_interval(mut self, interval: Duration) -> Self {
        self.settings.export_interval = Setting::of_code(interval);
        self
    }

    /// Records and exports no trace, whatever else is set. Metrics still work, and what calls this process and what it calls
    /// stay in their trace.
    pub fn disabled(mut self, is_disabled: bool) -> Self {
        self.settings.disabled = Setting::of_code(is_disabled);
        self
    }

    /// Reads the environment:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `OBS_TRACES_URL` | where to export to, over OTLP/HTTP; ends in `/v1/traces` |
    /// | `OBS_INGEST_TOKEN` | the bearer token for it; without it, or without the URL, nothing is exported |
    /// | `OBS_INGEST_TOKEN_FILE` | the file that has the token |
    /// | `DEBUG` | `true`: every trace is sampled |
    /// | `OTEL_TRACES_SAMPLER_ARG` | the part of traces that is sampled, from 0.0 to 1.0; wins over `DEBUG` |
    /// | `OTEL_SERVICE_NAME` | `service.name` |
    /// | `OTEL_RESOURCE_ATTRIBUTES` | more resource attributes: `key=value,…`, percent-encoded |
    ///
    /// and those of OpenTelemetry's others that apply: `docs/telemetry.md` lists them.
    ///
    /// # Errors
    /// When a variable holds what it must not, naming the variable.
    pub fn env(self) -> Result<Self, ConfigError> {
        self.env_from(std::env::var_os)
    }

    /// [`env`](TelemetryBuilder::env), with a function for the environment: it has the value of each variable, or `None`.
    ///
    /// ```
    /// use spanweave::Telemetry;
    ///
    /// let read = |name: &str| (name == "OTEL_TRACES_SAMPLER_ARG").then(|| "half".into());
    /// let error = Telemetry::builder().env_from(read).unwrap_err();
    /// assert_eq!(error.to_string(), "OTEL_TRACES_SAMPLER_ARG is `half`; expected a number from 0.0 to 1.0");
    /// ```
    ///
    /// # Errors
    /// As for `env`.
    pub fn env_from(
        mut self,
        lookup: impl Fn(&'static str) -> Option<OsString>,
    ) -> Result<Self, ConfigError> {
        self.settings.give_way(Environment::read(&lookup)?);
        Ok(self)
    }

    /// Makes the handle, and starts the threads of its exporters.
    ///
    /// # Errors
    /// When code has set what cannot be used, an exporter cannot be made, its thread cannot be started, or the process
    /// has made 4,095 handles.
    pub fn build(self) -> Result<Telemetry, ConfigError> {
        let TelemetryBuilder { settings, mut exporters } = self;
        let configuration = Configuration::of(&settings, exporters.len());
        let resource = settings.resource();
        let checked = Checked::of(&settings)?;
        let silence = Silence::of(&settings, exporters.len());
        if let Some(silence) = silence {
            silence.say();
        }
        #[cfg(feature = "otlp-logs")]
        let otlp = checked.otlp.clone().filter(|_| !settings.disabled.value);
        if settings.disabled.value {
            exporters.clear();
        } else if let Some(target) = checked.otlp {
            exporters.push(otlp::exporter(target)?);
        }
        let exports = !exporters.is_empty();
        let rules = Rules {
            sampler: Sampling::new(settings.sampler.value),
            keeping: Keeping::new(settings.keep.value),
            limits: settings.limits,
            propagators: settings.propagators.value,
            sql: SqlRules::new(settings.sql.value),
            resource,
            exports,
        };
        let core = Core::new(rules).ok_or(ConfigError::TooManyHandles)?;
        let Checked { export_interval: interval, queue_bytes, backoff, .. } = checked;
        let waiting = Waiting { interval, queue_bytes, backoff, grace: DROP_TIMEOUT };
        let start = || Pipeline::start(core, exporters, waiting);
        let export = exports.then(start).transpose().map_err(ConfigError::Thread)?;
        tracing::debug!(%configuration, "telemetry is configured");
        let inner = Inner {
            core,
            export,
            configuration,
            #[cfg(feature = "logs")]
            silence,
            #[cfg(feature = "otlp-logs")]
            otlp,
        };
        Ok(Telemetry { inner: Arc::new(inner) })
    }
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryBuilder")
            .field("settings", &self.settings)
            .field("exporters", &self.exporters.len())
            .finish()
    }
}
