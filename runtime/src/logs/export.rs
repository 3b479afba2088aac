//! The layer that exports log events as OpenTelemetry's log records, through the batches of its SDK.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime};

use futures_util::FutureExt;
use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity};
use opentelemetry::trace::TraceFlags;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::logs::{
    BatchConfigBuilder, BatchLogProcessor, LogBatch, LogExporter, SdkLogger, SdkLoggerProvider,
};
use parking_lot::Mutex;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::fields::{Fields, Logged};
use super::line;
use super::records::{RecordDrop, Records};
use super::said::Said;
use crate::core::Core;
use crate::ctx::Ctx;

/// What the message and the texts of the fields may take.
const MAX_TEXT: usize = 8 << 10;
/// The records that wait, or are being exported.
const MAX_WAITING: usize = 2_048;
/// The most records of a batch.
const MAX_BATCH: usize = 512;
/// How long a record waits at most for others.
const INTERVAL: Duration = Duration::from_secs(1);
/// That records are lost is said at most so often.
const SAID_EVERY: Duration = Duration::from_mins(1);
/// The crates by which exporters speak. What they say while they export would be exported in turn, for ever.
const TRANSPORT: [&str; 8] =
    ["h2", "hyper", "hyper_util", "opentelemetry", "reqwest", "rustls", "tonic", "tower"];

/// Exports every event that reaches it.
pub(super) struct ExportedEvents {
    logger: SdkLogger,
    waiting: Arc<AtomicUsize>,
    core: &'static Core,
}

impl ExportedEvents {
    /// Starts the thread of the SDK that calls the exporter.
    pub(super) fn start(core: &'static Core, exporter: impl LogExporter + 'static) -> ExportedEvents {
        let waiting = Arc::new(AtomicUsize::new(0));
        let records = &core.logs.records;
        let counting = Counting { exporter, waiting: Arc::clone(&waiting), records, said: Mutex::new(None) };
        // What is let in is bounded here, where it is counted, and never fills the SDK's own queue.
        // All of it is said here, because the SDK reads the environment for what is not.
        let config = BatchConfigBuilder::default()
            .with_max_queue_size(MAX_WAITING)
            .with_max_export_batch_size(MAX_BATCH)
            .with_scheduled_delay(INTERVAL)
            .build();
        let processor = BatchLogProcessor::builder(counting).with_batch_config(config).build();
        let provider = SdkLoggerProvider::builder()
            .with_resource(core.rules.resource.clone())
            .with_log_processor(processor)
            .build();
        let logger = provider.logger("spanweave");
        core.logs.records.add(provider);
        ExportedEvents { logger, waiting, core }
    }

    fn record(&self, said: &Said<'_>, fields: Fields) {
        let metadata = said.metadata();
        let (now, ctx) = (SystemTime::now(), Ctx::current());
        let mut record = self.logger.create_log_record();
        record.set_timestamp(now);
        record.set_observed_timestamp(now);
        record.set_severity_number(severity(metadata));
        record.set_severity_text(line::level(metadata));
        record.set_target(said.target());
        record.set_body(AnyValue::from(fields.message.unwrap_or_default()));
        record.add_attributes(fields.values.into_iter().map(|(key, value)| (key, any_value(value))));
        if let (Some(trace_id), Some(span_id)) = (ctx.trace_id(), ctx.span_id()) {
            let flags = if ctx.is_sampled() { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
            record.set_trace_context(trace_id, span_id, Some(flags));
        }
        self.logger.emit(record);
    }
}

impl<S: Subscriber> Layer<S> for ExportedEvents {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let said = Said::by(event);
        let metadata = said.metadata();
        // On the SDK's own thread nothing is let in.
        if is_transport(metadata.target())
            || !self.logger.event_enabled(severity(metadata), metadata.target(), None)
        {
            return;
        }
        // Before a place is taken: a value's `Debug` is foreign code, whose panic must not keep it.
        let fields = said.fields(MAX_TEXT);
        let room = |waiting: usize| (waiting < MAX_WAITING).then_some(waiting + 1);
        if self.waiting.try_update(Relaxed, Relaxed, room).is_ok() {
            self.record(&said, fields);
        } else {
            self.core.logs.records.count_dropped(RecordDrop::QueueFull, 1);
        }
    }
}

fn is_transport(target: &str) -> bool {
    let name = target.split("::").next().unwrap_or(target);
    TRANSPORT.contains(&name) || name.starts_with("opentelemetry")
}

fn severity(metadata: &Metadata<'_>) -> Severity {
    match *metadata.level() {
        Level::ERROR => Severity::Error,
        Level::WARN => Severity::Warn,
        Level::INFO => Severity::Info,
        Level::DEBUG => Severity::Debug,
        Level::TRACE => Severity::Trace,
    }
}

fn any_value(value: Logged) -> AnyValue {
    match value {
        Logged::Signed(number) => AnyValue::Int(number),
        Logged::Unsigned(number) => {
            i64::try_from(number).map_or_else(|_| AnyValue::from(number.to_string()), AnyValue::Int)
        }
        Logged::Float(number) => AnyValue::Double(number),
        Logged::Bool(value) => AnyValue::Boolean(value),
        Logged::Text(text) => AnyValue::from(text),
    }
}

/// An exporter whose results are counted.
#[derive(Debug)]
struct Counting<E> {
    exporter: E,
    waiting: Arc<AtomicUsize>,
    records: &'static Records,
    /// When it was last said that records are lost.
    said: Mutex<Option<Instant>>,
}

impl<E> Counting<E> {
    /// Counts records as lost, and says so once a minute; not why, as an exporter may quote what it was given.
    fn lost(&self, records: usize) {
        self.records.count_dropped(RecordDrop::ExportFailed, records);
        let mut said = self.said.lock();
        if said.is_none_or(|said| said.elapsed() >= SAID_EVERY) {
            *said = Some(Instant::now());
            tracing::warn!(records, "log records could not be exported");
        }
    }
}

impl<E: LogExporter> LogExporter for Counting<E> {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let records = batch.iter().count();
        let export = AssertUnwindSafe(async { self.exporter.export(batch).await });
        // An exporter is foreign code: its panic must not end the SDK's thread.
        let panicked = |_| Err(OTelSdkError::InternalFailure("the exporter panicked".to_owned()));
        let result = export.catch_unwind().await.unwrap_or_else(panicked);
        match result {
            Ok(()) => self.records.count_exported(records),
            Err(_) => self.lost(records),
        }
        self.waiting.fetch_sub(records, Relaxed);
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
