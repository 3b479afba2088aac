//! The exporter's thread: empties the outboxes, turns records into OpenTelemetry's spans, and exports them in batches.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::thread::Thread;
use std::time::Duration;
use std::{io, thread};

use opentelemetry::trace::{SpanContext, SpanKind, Status, TraceFlags, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue, SpanId, TraceId, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter, SpanLinks};
use opentelemetry_semantic_conventions::attribute::{DB_QUERY_TEXT, ERROR_TYPE};

use crate::clock::Anchor;
use crate::collect::DropReason;
use crate::core::Core;
use crate::outbox::{Outbox, TraceEnd, WaitingTrace};
use crate::outcome::Outcome;
use crate::record::{AttributeRecord, SpanRecord};
use crate::repeated::Repeated;
use crate::sql::Statement;

/// How long an ended trace waits at most before it is exported.
pub(super) const INTERVAL: Duration = Duration::from_millis(500);
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
    asked_to_shut_down: AtomicBool,
}

impl ExportThread {
    pub(super) fn start(
        core: &'static Core,
        mut exporters: Vec<Box<dyn ErasedExporter>>,
        resource: &Resource,
        interval: Duration,
    ) -> io::Result<ExportThread> {
        for exporter in &mut exporters {
            exporter.set_resource(resource);
        }
        let (commands, receiver) = channel();
        let worker = Worker { core, exporters, scope: scope(), interval };
        let join =
            thread::Builder::new().name("spanweave-export".into()).spawn(move || worker.run(&receiver))?;
        let thread = join.thread().clone();
        core.collector.alarm.attach(thread.clone());
        Ok(ExportThread { core, commands, thread, asked_to_shut_down: AtomicBool::new(false) })
    }

    pub(super) fn flush(&self, timeout: Duration) -> bool {
        self.command(Command::Flush, timeout)
    }

    pub(super) fn shutdown(&self, timeout: Duration) -> bool {
        self.asked_to_shut_down.store(true, Ordering::Relaxed);
        self.core.collector.close();
        self.command(Command::ShutDown, timeout)
    }

    /// Whether the thread was asked to end, or is the one that asks.
    pub(super) fn needs_no_shutdown(&self) -> bool {
        self.asked_to_shut_down.load(Ordering::Relaxed) || thread::current().id() == self.thread.id()
    }

    /// Whether the thread did it within the time, or has shut down before it was asked.
    fn command(&self, command: impl FnOnce(SyncSender<()>) -> Command, timeout: Duration) -> bool {
        let (reply, answer) = sync_channel(1);
        let answered = self.commands.send(command(reply)).is_ok() && {
            self.core.collector.alarm.ring();
            answer.recv_timeout(timeout).is_ok()
        };
        answered || self.core.collector.is_finished()
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
    interval: Duration,
}

impl Worker {
    fn run(self, commands: &Receiver<Command>) {
        let mut spare = Outbox::default();
        loop {
            self.core.collector.alarm.look_up();
            let command = commands.try_recv();
            self.export_ended(&mut spare);
            match command {
                Ok(Command::Flush(asker)) => answer(&asker),
                Ok(Command::ShutDown(asker)) => {
                    self.shut_down();
                    return answer(&asker);
                }
                Err(TryRecvError::Empty) => self.core.collector.alarm.sleep(self.interval),
                Err(TryRecvError::Disconnected) => return self.shut_down(),
            }
        }
    }

    /// Exports what has ended by now, and nothing that ends meanwhile: a flush ends under steady traffic, too.
    fn export_ended(&self, spare: &mut Outbox) {
        let mut batch = Batch::new(self.core, &self.scope);
        self.core.collector.take_ended(spare, |outbox| {
            for trace in outbox.traces() {
                batch.add_trace(trace);
                if batch.is_full() {
                    self.export(batch.take());
                }
            }
        });
        self.export(batch.take());
    }

    /// A batch counts as exported when every exporter took it.
    fn export(&self, batch: Vec<SpanData>) {
        let spans = batch.len();
        let Some((last, others)) = self.exporters.split_last().filter(|_| spans > 0) else { return };
        let mut results: Vec<_> =
            others.iter().map(|exporter| export_to(&**exporter, batch.clone())).collect();
        results.push(export_to(&**last, batch));
        let failures: Vec<String> = results.into_iter().filter_map(Result::err).collect();
        if failures.is_empty() {
            self.core.collector.exported.fetch_add(spans as u64, Ordering::Relaxed);
        } else {
            self.core.collector.count_dropped(DropReason::ExportFailed, spans);
            let failures = failures.join("; ");
            log(|| tracing::warn!(spans, error = failures, "spans could not be exported"));
        }
    }

    fn shut_down(&self) {
        for exporter in &self.exporters {
            if let Err(error) = foreign(|| exporter.shutdown()) {
                log(|| tracing::warn!(%error, "an exporter did not shut down cleanly"));
            }
        }
        self.core.collector.finish();
    }
}

fn export_to(exporter: &dyn ErasedExporter, batch: Vec<SpanData>) -> Result<(), String> {
    foreign(|| exporter.export(batch))
}

/// Runs code of an exporter, whose panic must not end the thread that reads the outboxes.
fn foreign(code: impl FnOnce() -> OTelSdkResult) -> Result<(), String> {
    match catch_unwind(AssertUnwindSafe(code)) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("the exporter panicked".to_owned()),
    }
}

/// Logs, to a subscriber that is foreign code as well.
fn log(event: impl FnOnce()) {
    // There is nowhere left to say that saying it failed.
    let _panicked = catch_unwind(AssertUnwindSafe(event));
}

/// Spans on their way out.
struct Batch<'w> {
    core: &'static Core,
    scope: &'w InstrumentationScope,
    anchor: Anchor,
    spans: Vec<SpanData>,
}

impl<'w> Batch<'w> {
    fn new(core: &'static Core, scope: &'w InstrumentationScope) -> Batch<'w> {
        Batch { core, scope, anchor: Anchor::now(), spans: Vec::new() }
    }

    fn is_full(&self) -> bool {
        self.spans.len() >= BATCH_SPANS
    }

    fn take(&mut self) -> Vec<SpanData> {
        self.anchor = Anchor::now();
        std::mem::take(&mut self.spans)
    }

    fn add_trace(&mut self, trace: WaitingTrace<'_>) {
        let WaitingTrace { trace_id, mut end, spans, attributes } = trace;
        let trace_id = TraceId::from_bytes(trace_id.to_be_bytes());
        // By span; those of one span stay in the order in which they were set. They may have been set from another
        // thread than the one their span ended on.
        attributes.sort_by_key(|attribute| attribute.span);
        for record in spans {
            let mut own = attributes_of(self.core, record, attributes);
            // The root comes first.
            own.extend(end.take().into_iter().flat_map(trace_attributes));
            self.add(trace_id, record, own);
        }
    }

    fn add(&mut self, trace_id: TraceId, record: &SpanRecord, attributes: Vec<KeyValue>) {
        let span_kind = record.site.description.span_kind();
        let remote = record.parent != 0 && matches!(span_kind, SpanKind::Server | SpanKind::Consumer);
        self.spans.push(SpanData {
            span_context: SpanContext::new(
                trace_id,
                span_id(record.id),
                TraceFlags::SAMPLED,
                false,
                TraceState::NONE,
            ),
            parent_span_id: span_id(record.parent),
            parent_span_is_remote: remote,
            span_kind,
            name: Cow::Borrowed(record.site.span_name()),
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
}

/// All of a span's attributes: those that its site and its outcome give it, and those that were `set`, by span.
fn attributes_of(core: &'static Core, record: &SpanRecord, set: &mut [AttributeRecord]) -> Vec<KeyValue> {
    let of_site = record.site.attributes();
    let start = set.partition_point(|attribute| attribute.span < record.id);
    let end = set.partition_point(|attribute| attribute.span <= record.id);
    let mut attributes = Vec::with_capacity(2 + of_site.len() + (end - start));
    attributes.push(KeyValue::new("outcome", record.outcome.label()));
    attributes.extend_from_slice(of_site);
    if let Some(statement) = record.site.description.statement() {
        attributes.extend(attributes_of_statement(core, statement));
    }
    match record.outcome {
        Outcome::Error(class) => attributes.push(KeyValue::new(ERROR_TYPE, class)),
        Outcome::Panicked => attributes.push(KeyValue::new(ERROR_TYPE, "panic")),
        Outcome::Ok | Outcome::Cancelled => {}
    }
    for own in &mut set[start..end] {
        let value = std::mem::replace(&mut own.value, Value::Bool(false));
        // Set twice, the last one holds.
        match attributes.iter_mut().find(|attribute| attribute.key.as_str() == own.key) {
            Some(earlier) => earlier.value = value,
            None => attributes.push(KeyValue::new(own.key, value)),
        }
    }
    attributes
}

/// What a handle's statements have, each in its own way.
fn attributes_of_statement(
    core: &'static Core,
    statement: &'static Statement,
) -> impl Iterator<Item = KeyValue> {
    let text = statement.shown_text(core.sql.text).map(|text| KeyValue::new(DB_QUERY_TEXT, text));
    #[cfg(feature = "_sqlx")]
    let server = core.pools.server_of(statement.system());
    #[cfg(not(feature = "_sqlx"))]
    let server = None;
    text.into_iter().chain(server)
}

/// On the root: why sampling was overruled, and what its trace has lost.
fn trace_attributes(end: TraceEnd) -> impl Iterator<Item = KeyValue> {
    let kept_for = end.kept_for.label().map(|reason| KeyValue::new("spanweave.kept_for", reason));
    let lost = (end.lost > 0).then(|| i64::from(end.lost));
    let repeated = end.repeated.map(|Repeated { statement, times }| {
        let statement = KeyValue::new("spanweave.repeated_statement", statement.summary());
        [statement, KeyValue::new("spanweave.repeated_times", i64::from(times))]
    });
    let lost = lost.map(|lost| KeyValue::new("spanweave.lost_spans", lost));
    kept_for.into_iter().chain(lost).chain(repeated.into_iter().flatten())
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::error::OTelSdkResult;
    use opentelemetry_sdk::trace::{SpanData, SpanExporter};
    use parking_lot::Mutex;

    use super::ExportThread;
    use crate::collect::WAKE_AT;
    use crate::core::Core;
    use crate::root::Root;
    use crate::sql::{SqlOptions, SqlRules};
    use crate::telemetry::{Keep, Keeping, Sampling, named_root};

    /// An exporter that waits for an answer, as one over HTTP does: its thread parks.
    #[derive(Debug)]
    struct Waiting {
        asked: Sender<usize>,
        answers: Mutex<Receiver<()>>,
    }

    impl SpanExporter for Waiting {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            self.asked.send(batch.len()).unwrap();
            self.answers.lock().recv().unwrap();
            Ok(())
        }
    }

    #[test]
    fn what_wakes_the_thread_while_its_exporter_is_parked_is_not_forgotten() {
        const NEVER: Duration = Duration::from_hours(1);
        const PATIENCE: Duration = Duration::from_secs(30);
        let sql = SqlRules::new(SqlOptions::default());
        let core = Core::new(Sampling::ratio(1.0), Keeping::new(Keep::nothing()), sql, true).unwrap();
        let ((asked, questions), (answer, answers)) = (channel(), channel());
        let exporter = Waiting { asked, answers: Mutex::new(answers) };
        let resource = Resource::builder_empty().build();
        let export = ExportThread::start(core, vec![Box::new(exporter)], &resource, NEVER).unwrap();
        let root = Root { core, site: named_root("root") };

        let wake = || (0..WAKE_AT).for_each(|_| root.in_scope(|_| ()));
        let batch = || questions.recv_timeout(PATIENCE).expect("the thread is awake");
        wake();
        let mut seen = batch();
        wake();
        while seen < 2 * WAKE_AT {
            answer.send(()).unwrap();
            seen += batch();
        }
        answer.send(()).unwrap();
        assert!(export.shutdown(PATIENCE));
    }
}
