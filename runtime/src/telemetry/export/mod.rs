//! The exporter's thread: empties the outboxes and exports what is in them, in batches.

mod spans;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::thread::Thread;
use std::time::Duration;
use std::{io, thread};

use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use self::spans::Batch;
use crate::collect::DropReason;
use crate::core::Core;
use crate::outbox::Outbox;

/// How long an ended trace waits at most before it is exported.
pub(super) const INTERVAL: Duration = Duration::from_millis(500);

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
