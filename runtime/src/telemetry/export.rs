//! The exporter's thread: drains the rings, turns records into OpenTelemetry's spans, and exports them in batches.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;
use std::{io, thread};

use opentelemetry::trace::{SpanContext, SpanKind, Status, TraceFlags, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue, SpanId, TraceId};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter, SpanLinks};
use opentelemetry_semantic_conventions::attribute::ERROR_TYPE;
use parking_lot::Mutex;

use crate::clock::Anchor;
use crate::collect::{DropReason, Item, Reading};
use crate::core::Core;
use crate::ids;
use crate::outcome::Outcome;
use crate::record::{AttributeRecord, SpanRecord};

/// How long an ended trace waits at most before it is exported.
const INTERVAL: Duration = Duration::from_millis(500);
/// A batch is complete with the trace that brings it to this many spans.
const BATCH_SPANS: usize = 512;

/// [`SpanExporter`] as an object; its futures are run to their end on the exporter's thread.
pub(super) trait ErasedExporter: Send {
    fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult;
    fn set_resource(&mut self, resource: &Resource);
    fn shutdown(&self) -> OTelSdkResult;
}

impl<E: SpanExporter + 'static> ErasedExporter for E {
    fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        futures_executor::block_on(SpanExporter::export(self, batch))
    }

    fn set_resource(&mut self, resource: &Resource) {
        SpanExporter::set_resource(self, resource);
    }

    fn shutdown(&self) -> OTelSdkResult {
        SpanExporter::shutdown(self)
    }
}

enum Command {
    Flush(SyncSender<()>),
    ShutDown(SyncSender<()>),
}

/// A handle's exporter thread, as the handle sees it.
pub(super) struct ExportThread {
    core: &'static Core,
    commands: Sender<Command>,
    thread: Thread,
    /// Taken by the first shutdown that is answered.
    join: Mutex<Option<JoinHandle<()>>>,
}

impl ExportThread {
    pub(super) fn start(
        core: &'static Core,
        mut exporters: Vec<Box<dyn ErasedExporter>>,
        resource: &Resource,
    ) -> io::Result<ExportThread> {
        for exporter in &mut exporters {
            exporter.set_resource(resource);
        }
        let (commands, receiver) = channel();
        let worker = Worker { core, exporters, scope: scope() };
        let join =
            thread::Builder::new().name("spanweave-export".into()).spawn(move || worker.run(&receiver))?;
        let thread = join.thread().clone();
        core.collector.attach(thread.clone());
        Ok(ExportThread { core, commands, thread, join: Mutex::new(Some(join)) })
    }

    pub(super) fn flush(&self, timeout: Duration) -> bool {
        self.command(Command::Flush, timeout)
    }

    pub(super) fn shutdown(&self, timeout: Duration) -> bool {
        self.core.collector.close();
        let answered = self.command(Command::ShutDown, timeout);
        if answered && let Some(join) = self.join.lock().take() {
            // The thread has answered with its last act; what it panicked with was caught and counted.
            let _ended = join.join();
        }
        answered
    }

    /// Whether the thread answered within the time; one that is gone has nothing left to do.
    fn command(&self, command: impl FnOnce(SyncSender<()>) -> Command, timeout: Duration) -> bool {
        let (reply, answer) = sync_channel(1);
        if self.commands.send(command(reply)).is_err() {
            return true;
        }
        self.thread.unpark();
        answer.recv_timeout(timeout).is_ok()
    }
}

fn scope() -> InstrumentationScope {
    InstrumentationScope::builder("spanweave").with_version(env!("CARGO_PKG_VERSION")).build()
}

fn answer(asker: &SyncSender<()>) {
    // Whoever asked may have stopped waiting.
    let _nobody_waits = asker.try_send(());
}

struct Worker {
    core: &'static Core,
    exporters: Vec<Box<dyn ErasedExporter>>,
    scope: InstrumentationScope,
}

impl Worker {
    fn run(&self, commands: &Receiver<Command>) {
        loop {
            let command = commands.try_recv();
            self.export_all();
            match command {
                Ok(Command::Flush(asker)) => answer(&asker),
                Ok(Command::ShutDown(asker)) => {
                    self.shut_down();
                    return answer(&asker);
                }
                Err(TryRecvError::Empty) => thread::park_timeout(INTERVAL),
                Err(TryRecvError::Disconnected) => return self.shut_down(),
            }
        }
    }

    fn export_all(&self) {
        loop {
            let batch = self.next_batch();
            let spans = batch.len();
            if spans > 0 {
                self.export(batch);
            }
            if spans < BATCH_SPANS {
                return;
            }
        }
    }

    fn next_batch(&self) -> Vec<SpanData> {
        let mut batch = Batch::new(&self.scope);
        self.core.collector.drain(|item| batch.read(item));
        batch.spans
    }

    /// A batch counts as exported when every exporter took it.
    fn export(&self, batch: Vec<SpanData>) {
        let spans = batch.len();
        let (last, others) =
            self.exporters.split_last().expect("the thread is only started with an exporter");
        let mut results: Vec<_> =
            others.iter().map(|exporter| export_to(&**exporter, batch.clone())).collect();
        results.push(export_to(&**last, batch));
        let failures: Vec<String> = results.into_iter().filter_map(Result::err).collect();
        if failures.is_empty() {
            self.core.collector.exported.fetch_add(spans as u64, Ordering::Relaxed);
        } else {
            self.core.collector.count_dropped(DropReason::ExportFailed, spans);
            tracing::warn!(spans, error = failures.join("; "), "spans could not be exported");
        }
    }

    fn shut_down(&self) {
        for error in self.exporters.iter().filter_map(|exporter| exporter.shutdown().err()) {
            tracing::warn!(%error, "an exporter did not shut down cleanly");
        }
    }
}

/// An exporter is foreign code; its panic must not end the thread that drains the rings.
fn export_to(exporter: &dyn ErasedExporter, batch: Vec<SpanData>) -> Result<(), String> {
    match catch_unwind(AssertUnwindSafe(|| exporter.export(batch))) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("the exporter panicked".to_owned()),
    }
}

/// Spans on their way out, and the trace that is being read.
struct Batch<'w> {
    scope: &'w InstrumentationScope,
    anchor: Anchor,
    spans: Vec<SpanData>,
    trace_id: TraceId,
    attributes: Vec<AttributeRecord>,
}

impl Batch<'_> {
    fn new(scope: &InstrumentationScope) -> Batch<'_> {
        Batch {
            scope,
            anchor: Anchor::now(),
            spans: Vec::new(),
            trace_id: TraceId::INVALID,
            attributes: Vec::new(),
        }
    }

    fn read(&mut self, item: Item) -> Reading {
        match item {
            Item::Trace(header) => {
                self.trace_id = TraceId::from_bytes(ids::whole(header.trace_id).to_be_bytes());
                self.attributes.clear();
            }
            Item::Attribute(attribute) => self.attributes.push(attribute),
            Item::Span(record) => self.add(&record),
        }
        if self.spans.len() < BATCH_SPANS { Reading::Continue } else { Reading::Enough }
    }

    fn add(&mut self, record: &SpanRecord) {
        let attributes = self.attributes_of(record);
        let span_kind = record.what.span_kind();
        let remote = record.parent != 0 && matches!(span_kind, SpanKind::Server | SpanKind::Consumer);
        self.spans.push(SpanData {
            span_context: SpanContext::new(
                self.trace_id,
                span_id(record.id),
                TraceFlags::SAMPLED,
                false,
                TraceState::NONE,
            ),
            parent_span_id: span_id(record.parent),
            parent_span_is_remote: remote,
            span_kind,
            name: record.what.span_name(),
            start_time: self.anchor.wall(record.start),
            end_time: self.anchor.wall(record.end),
            attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: status(record.outcome),
            instrumentation_scope: self.scope.clone(),
        });
    }

    fn attributes_of(&mut self, record: &SpanRecord) -> Vec<KeyValue> {
        let mut attributes = vec![KeyValue::new("outcome", record.outcome.label())];
        record.what.attributes(&mut attributes);
        match record.outcome {
            Outcome::Error(class) => attributes.push(KeyValue::new(ERROR_TYPE, class)),
            Outcome::Panicked => attributes.push(KeyValue::new(ERROR_TYPE, "panic")),
            Outcome::Ok | Outcome::Cancelled => {}
        }
        let own = self.attributes.extract_if(.., |attribute| attribute.span == record.id);
        attributes.extend(own.map(|attribute| KeyValue::new(attribute.key, attribute.value)));
        attributes
    }
}

fn span_id(id: u64) -> SpanId {
    SpanId::from_bytes(id.to_be_bytes())
}

/// By the conventions: success and a deliberate cancellation leave the status unset.
fn status(outcome: Outcome) -> Status {
    match outcome {
        Outcome::Ok | Outcome::Cancelled => Status::Unset,
        Outcome::Error(_) => Status::error(""),
        Outcome::Panicked => Status::error("panicked"),
    }
}
