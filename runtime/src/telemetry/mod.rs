//! The telemetry handle: what an application makes once, and a test as often as it likes.

mod builder;
mod config;
mod export;
mod keep;
mod metrics;
mod named_roots;
mod otlp;
#[cfg(feature = "otlp-logs")]
mod otlp_logs;
mod sampling;
mod silence;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[cfg(feature = "otlp-logs")]
use opentelemetry_otlp::LogExporter;

pub use self::builder::TelemetryBuilder;
pub use self::config::{ConfigError, Configuration, Otlp, Propagators, SpanLimits};
#[cfg(feature = "logs")]
pub(crate) use self::config::{DEBUG, Refused, Variables, switch};
pub(crate) use self::export::Lane;
pub use self::keep::Keep;
pub(crate) use self::keep::{Decision, Keeping, KeptFor, LeftOut};
pub(crate) use self::metrics::Sources;
pub use self::metrics::{MethodSummary, MetricsFormat, MetricsSource};
pub(crate) use self::named_roots::named_root;
pub use self::sampling::Sampler;
pub(crate) use self::sampling::Sampling;

use self::export::Pipeline;
#[cfg(feature = "otlp-logs")]
use self::otlp::OtlpTarget;
#[cfg(feature = "logs")]
use self::silence::Silence;
use crate::core::Core;
use crate::root::Root;
#[cfg(feature = "_sqlx")]
use crate::sql::WatchablePool;

/// How long dropping the last handle waits for the exporters.
const DROP_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the log's lines have at least when the handle shuts down, whatever the exporters have used up: the last of them
/// says what was not exported.
const LEAST_FOR_LINES: Duration = Duration::from_millis(250);

/// The telemetry of an application, or of a test: where its spans go, and its metrics.
///
/// Clones are the same handle. When the last one is dropped, what is buffered is flushed, for at most five seconds,
/// unless [`shutdown`](Telemetry::shutdown) was called before, which takes a deadline of your own.
///
/// A handle's counters stay in memory until the process ends, so make one per process, or one per test.
///
/// ```
/// let telemetry = spanweave::Telemetry::builder().service_name("honeydue-api").env()?.build()?;
/// telemetry.install();
/// # Ok::<(), spanweave::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Telemetry {
    inner: Arc<Inner>,
}

struct Inner {
    core: &'static Core,
    export: Option<Pipeline>,
    configuration: Configuration,
    #[cfg(feature = "logs")]
    silence: Option<Silence>,
    /// Where spans go, and so do logs; `None` for nowhere.
    #[cfg(feature = "otlp-logs")]
    otlp: Option<OtlpTarget>,
}

impl Telemetry {
    /// A handle to configure.
    pub fn builder() -> TelemetryBuilder {
        TelemetryBuilder::default()
    }

    /// The handle that the environment describes: `builder().env()?.build()`.
    ///
    /// # Errors
    /// When a variable holds what it must not, naming the variable.
    pub fn from_env() -> Result<Telemetry, ConfigError> {
        Telemetry::builder().env()?.build()
    }

    /// Makes this the process' own handle: it measures the calls that are made outside any context.
    /// Another handle that was installed before is replaced.
    pub fn install(&self) {
        self.inner.core.install();
    }

    /// The settings that the handle was made by, as text.
    pub fn configuration(&self) -> &Configuration {
        &self.inner.configuration
    }

    /// Names the root of a trace. `name` becomes the span's name: let it be one of few, and have nothing of a user in it.
    /// Past 1,024 names in a process, a root that has another is called `other`.
    ///
    /// The name is looked up each time. What runs often can keep the [`Root`], which is `Copy`, as long as it likes.
    pub fn root(&self, name: impl Into<Cow<'static, str>>) -> Root {
        Root { core: self.inner.core, site: named_root(name) }
    }

    /// The metrics, as `/metrics` shows them: those of annotated methods from the start, all other from their first call.
    ///
    /// ```
    /// use spanweave::{MetricsFormat, Telemetry};
    ///
    /// let telemetry = Telemetry::builder().build()?;
    /// let (content_type, body) = (MetricsFormat::Text.content_type(), telemetry.metrics(MetricsFormat::Text));
    /// assert_eq!(content_type, "text/plain; version=0.0.4; charset=utf-8");
    /// assert!(body.contains("# TYPE spanweave_spans_exported_total counter"));
    /// # Ok::<(), spanweave::ConfigError>(())
    /// ```
    pub fn metrics(&self, format: MetricsFormat) -> String {
        metrics::page(self.inner.core, format)
    }

    /// The metrics, as OpenMetrics 1.0 text.
    pub fn metrics_text(&self) -> String {
        self.metrics(MetricsFormat::OpenMetrics)
    }

    /// The metrics of what was called under this handle, as OpenMetrics 1.0 text.
    pub(crate) fn called_metrics_text(&self) -> String {
        metrics::called(self.inner.core)
    }

    /// Shows the metrics of a source on the same page, behind spanweave's own.
    ///
    /// A metric that has the name of one before it, but is of another type or has the same labels, is left out, and so is one that
    /// no reader would take; the log says so, once. The handle keeps the source until it is gone itself.
    ///
    /// ```
    /// use prometheus_client::metrics::counter::Counter;
    /// use prometheus_client::registry::Registry;
    ///
    /// let (mut registry, uploads) = (Registry::default(), Counter::<u64>::default());
    /// registry.register("uploads", "Uploads that were accepted", uploads.clone());
    ///
    /// let telemetry = spanweave::Telemetry::builder().build()?;
    /// telemetry.register(registry);
    /// uploads.inc();
    /// assert!(telemetry.metrics_text().contains("uploads_total 1\n"));
    /// # Ok::<(), spanweave::ConfigError>(())
    /// ```
    pub fn register(&self, source: impl MetricsSource) {
        self.inner.core.sources.add(source);
    }

    /// Every method that was called under this handle, by type and name.
    pub fn methods(&self) -> Vec<MethodSummary> {
        metrics::methods(self.inner.core)
    }

    /// Watches a pool of sqlx under a name: `/metrics` then has its connections by state, their maximum, who waits for one,
    /// how long, and how often in vain. If it is the only one of its database system, its server, port and database are
    /// on the spans of statements, too.
    ///
    /// The handle keeps a clone of the pool, until another takes the name or the handle is gone; at most 64 are watched.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "sqlx")] {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # let _guard = runtime.enter();
    /// # let telemetry = spanweave::Telemetry::builder().build()?;
    /// let pool = sqlx::SqlitePool::connect_lazy("sqlite::memory:")?;
    /// telemetry.watch_pool("main", &pool);
    /// assert!(telemetry.metrics_text().contains(r#"db_client_connection_max{pool="main"} 10"#));
    /// # } Ok(()) }
    /// ```
    #[cfg(feature = "_sqlx")]
    pub fn watch_pool(&self, name: &str, pool: &impl WatchablePool) {
        let watched = self.inner.core.pools.watch(name, pool.identity(), pool.server(), pool.state());
        if !watched {
            tracing::warn!(pool = name, "the pool is not watched: there are 64 of them");
        }
    }

    /// Exports what has ended by now. Waits for at most `timeout`, and says whether that was enough; without an
    /// exporter there is nothing to wait for.
    ///
    /// It blocks the thread: call it from `spawn_blocking` in an asynchronous program that goes on.
    pub fn flush(&self, timeout: Duration) -> bool {
        self.inner.flush(timeout)
    }

    /// Flushes, and stops exporting. What ends later is counted as dropped.
    /// Waits for at most `timeout`, and says whether that was enough. A quarter of a second is taken in any case where
    /// something is left, so that it is counted, and as much for the lines of the log.
    ///
    /// It blocks the thread: at the end of `main`, after the runtime, that is as it should be; in a task,
    /// call it from `spawn_blocking`, or others on its thread wait as well.
    pub fn shutdown(&self, timeout: Duration) -> bool {
        self.inner.shutdown(timeout)
    }

    /// Says again what was said when the handle was built, for a log that was not there yet.
    #[cfg(feature = "logs")]
    pub(crate) fn introduce(&self) {
        tracing::debug!(configuration = %self.inner.configuration, "telemetry is configured");
        if self.inner.core.rules.exports {
            return;
        }
        match self.inner.silence {
            Some(silence) => silence.say(),
            None => {
                tracing::info!("traces are not exported, because the handle has no exporter; metrics work");
            }
        }
    }

    #[cfg(feature = "axum")]
    pub(crate) fn legacy(&self) -> metrics::Legacy {
        metrics::Legacy::of(self.inner.core)
    }

    /// The exporter of log records to where spans go over OTLP; `None` where they go nowhere.
    #[cfg(feature = "otlp-logs")]
    pub(crate) fn log_exporter(&self) -> Result<Option<LogExporter>, ConfigError> {
        self.inner.otlp.clone().map(otlp_logs::log_exporter).transpose()
    }

    #[cfg(any(feature = "apalis", feature = "axum", feature = "logs"))]
    pub(crate) fn core(&self) -> &'static Core {
        self.inner.core
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("sampler", &self.inner.core.rules.sampler)
            .field("exports", &self.inner.core.rules.exports)
            .finish_non_exhaustive()
    }
}

impl Inner {
    fn flush(&self, timeout: Duration) -> bool {
        let started = Instant::now();
        let exported = self.export.as_ref().is_none_or(|export| export.flush(timeout));
        self.flush_log(timeout.saturating_sub(started.elapsed())) && exported
    }

    fn shutdown(&self, timeout: Duration) -> bool {
        let started = Instant::now();
        let exported = self.export.as_ref().is_none_or(|export| export.shutdown(timeout));
        self.flush_log(timeout.saturating_sub(started.elapsed()).max(LEAST_FOR_LINES)) && exported
    }

    /// After the exporters, which may have logged.
    #[cfg(feature = "logs")]
    fn flush_log(&self, timeout: Duration) -> bool {
        self.core.logs.flush(timeout)
    }

    #[cfg(not(feature = "logs"))]
    #[expect(clippy::unused_self, reason = "there is no log")]
    fn flush_log(&self, _: Duration) -> bool {
        true
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.core.uninstall();
        #[cfg(feature = "_sqlx")]
        self.core.pools.release();
        self.core.sources.release();
        if self.export.as_ref().is_none_or(|export| !export.needs_no_shutdown()) {
            self.shutdown(DROP_TIMEOUT);
        }
        if self.core.collector.is_finished() {
            self.core.collector.release_memory();
        }
    }
}
