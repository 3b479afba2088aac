//! Logs that know their trace: a layer for [`tracing_subscriber`], which a handle makes.
//!
//! ```
//! # fn main() -> Result<(), spanweave::ConfigError> {
//! let telemetry = spanweave::Telemetry::builder().build()?;
//! telemetry.logs().env()?.install()?;
//! tracing::info!(tasks = 3, "listening");
//! # Ok(())
//! # }
//! ```
//!
//! writes to standard output, on one line:
//!
//! ```text
//! {"time":"2026-11-30T15:20:03.123456Z","level":"info","target":"app","caller":"src/main.rs:4",
//!  "message":"listening","fields":{"tasks":3}}
//! ```
//!
//! Within a trace it has `trace_id`, `span_id` and `request_id` as well, whether the trace is sampled or not.

#[cfg(feature = "log")]
mod bridge;
#[cfg(feature = "otlp-logs")]
mod export;
mod fields;
mod installed;
mod levels;
mod line;
mod line_writer;
mod lines;
mod nested;
mod nested_site;
mod outlets;
mod own_threads;
mod panics;
mod queue;
#[cfg(feature = "otlp-logs")]
mod records;
mod said;
mod span_events;

use std::fmt;
use std::io::{self, Write};

#[cfg(feature = "otlp-logs")]
use opentelemetry_sdk::logs::LogExporter;
use tracing::Subscriber;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

pub use tracing_subscriber::filter::{LevelFilter, Targets};

pub(crate) use self::outlets::{LineDrop, Outlets};
#[cfg(feature = "otlp-logs")]
pub(crate) use self::records::{RecordDrop, Records};

#[cfg(feature = "otlp-logs")]
use self::export::ExportedEvents;
use self::lines::JsonLines;
use self::nested::NestedSpans;
use self::queue::Lines;
use self::span_events::SpanEvents;
use crate::telemetry::{ConfigError, Telemetry};

impl Telemetry {
    /// The log of this handle, to configure and then to [install](Logs::install), or to add to a subscriber of your own
    /// as a [layer](Logs::layer).
    ///
    /// [`flush`](Telemetry::flush) and [`shutdown`](Telemetry::shutdown) wait for its lines, too.
    pub fn logs(&self) -> Logs {
        let levels = Targets::new().with_default(LevelFilter::INFO);
        Logs {
            levels,
            span_events: LevelFilter::OFF,
            spans: None,
            span_fields: false,
            panics: false,
            panic_messages: false,
            telemetry: self.clone(),
            #[cfg(feature = "otlp-logs")]
            exported: None,
            writer: Box::new(io::stdout()),
        }
    }
}

/// Configures the log of a [`Telemetry`] handle: by default a JSON line on standard output for every event of level
/// `info` or above.
///
/// Lines are written by a thread of their own. Whoever logs never waits for it: 8 MiB of lines may wait to be written, and
/// what finds no room is counted in `spanweave_log_lines_dropped_total`, as is what cannot be written.
#[must_use = "logs do nothing until they are installed"]
pub struct Logs {
    levels: Targets,
    span_events: LevelFilter,
    spans: Option<Targets>,
    span_fields: bool,
    panics: bool,
    panic_messages: bool,
    telemetry: Telemetry,
    #[cfg(feature = "otlp-logs")]
    exported: Option<ExportedEvents>,
    writer: Box<dyn Write + Send>,
}

impl Logs {
    /// What is logged is decided by the environment, if it says anything:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `RUST_LOG` | a level for all, or `target=level`, with commas between several; what is not named has `error` |
    /// | `DEBUG` | `true`: `debug`, unless `RUST_LOG` is set |
    ///
    /// # Errors
    /// When `RUST_LOG` holds anything else, naming it.
    pub fn env(mut self) -> Result<Self, ConfigError> {
        if let Some(levels) = levels::read(std::env::var_os)? {
            self.levels = levels;
        }
        Ok(self)
    }

    /// What is logged, whatever its target; `info` by default.
    pub fn level(self, level: impl Into<LevelFilter>) -> Self {
        self.levels(Targets::new().with_default(level))
    }

    /// What is logged, by target.
    ///
    /// ```
    /// use spanweave::logs::{LevelFilter, Targets};
    ///
    /// let telemetry = spanweave::Telemetry::builder().build()?;
    /// let levels = Targets::new().with_default(LevelFilter::INFO).with_target("hyper", LevelFilter::WARN);
    /// let logs = telemetry.logs().levels(levels);
    /// # Ok::<(), spanweave::ConfigError>(())
    /// ```
    pub fn levels(mut self, levels: Targets) -> Self {
        self.levels = levels;
        self
    }

    /// Log events of this level or above are events of the span they happen in, too: their message is the name, and their
    /// fields are attributes, beside `level` and `target`. What they say then leaves with the span, so it is off by default.
    ///
    /// A span has at most 128 of them, with texts of 4 KiB in each. Those of spanweave itself are never among them.
    pub fn span_events(mut self, level: impl Into<LevelFilter>) -> Self {
        self.span_events = level.into();
        self
    }

    /// Spans that other crates open with `tracing`, of these targets and levels, are spans of the trace they are opened in,
    /// where that is recorded. What happens while one is entered is below it. None are by default.
    ///
    /// The name is the span's; where [fields are shown](Logs::span_fields), what its field `otel.name` says. A field `error`, or `otel.status_code = "ERROR"`, makes
    /// its outcome `error`.
    ///
    /// ```
    /// use spanweave::logs::{LevelFilter, Targets};
    ///
    /// let telemetry = spanweave::Telemetry::builder().build()?;
    /// let logs = telemetry.logs().spans(Targets::new().with_target("tonic", LevelFilter::INFO));
    /// # Ok::<(), spanweave::ConfigError>(())
    /// ```
    pub fn spans(mut self, spans: Targets) -> Self {
        self.spans = Some(spans);
        self
    }

    /// Whether the fields of these spans are attributes; off by default, as other crates decide what is in them.
    pub fn span_fields(mut self, on: bool) -> Self {
        self.span_fields = on;
        self
    }

    /// What is logged is exported, too, over OTLP/HTTP: to where the handle's spans go over OTLP, whoever said it, with
    /// `/v1/logs` at the end of the path in place of `/v1/traces`, and with the same token, headers and timeout.
    /// Nothing is where they go nowhere, or where the handle is disabled.
    ///
    /// # Errors
    /// When the spans go over gRPC, or the exporter cannot be made.
    #[cfg(feature = "otlp-logs")]
    pub fn otlp(self) -> Result<Self, ConfigError> {
        match self.telemetry.log_exporter()? {
            Some(exporter) => Ok(self.exporter(exporter)),
            None => Ok(self),
        }
    }

    /// What is logged is exported, too, to any exporter of the OpenTelemetry SDK: as records with the ids of the trace,
    /// from a thread that belongs to no asynchronous runtime.
    ///
    /// 2,048 records may wait; what finds no room, or is refused, is counted in `spanweave_log_records_dropped_total`. What
    /// the crates say by which exporters speak is left out.
    #[cfg(feature = "otlp-logs")]
    pub fn exporter(mut self, exporter: impl LogExporter + 'static) -> Self {
        self.exported = Some(ExportedEvents::start(self.telemetry.core(), exporter));
        self
    }

    /// Writes to something else than standard output. Every line is one call of
    /// [`write`](Write::write) where that takes it whole, followed by [`flush`](Write::flush). What the writer logs itself is
    /// no line, which would be written in turn, for ever.
    pub fn writer(mut self, writer: impl Write + Send + 'static) -> Self {
        self.writer = Box::new(writer);
        self
    }

    /// Makes the layer, and starts its thread. It carries its own level, and composes with any other layer of a
    /// [`Registry`](tracing_subscriber::Registry).
    ///
    /// ```
    /// use tracing_subscriber::layer::SubscriberExt;
    ///
    /// let telemetry = spanweave::Telemetry::builder().build()?;
    /// let subscriber = tracing_subscriber::registry().with(telemetry.logs().layer()?);
    /// # tracing::subscriber::with_default(subscriber, || ());
    /// # Ok::<(), spanweave::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn layer<S>(self) -> Result<impl Layer<S> + Send + Sync + 'static, ConfigError>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let lines = Lines::start(self.telemetry.core(), self.writer).map_err(ConfigError::LogThread)?;
        // As a list: `and_then` would let the level of one decide for the other, right above a `Registry`.
        let mut layers = Vec::new();
        #[cfg(feature = "otlp-logs")]
        layers.extend(self.exported.map(|exported| exported.with_filter(self.levels.clone()).boxed()));
        layers.push(JsonLines(lines).with_filter(self.levels).boxed());
        if self.span_events != LevelFilter::OFF {
            layers.push(SpanEvents.with_filter(self.span_events).boxed());
        }
        if let Some(spans) = self.spans {
            layers.push(NestedSpans { shows_fields: self.span_fields }.with_filter(spans).boxed());
        }
        Ok(layers)
    }
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logs").field("levels", &self.levels).finish_non_exhaustive()
    }
}
