//! What is logged on spanweave's own threads, which call foreign code.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogBatch, LogExporter};
use spanweave::{Otlp, Telemetry};
use tracing::{Dispatch, dispatcher};
use tracing_subscriber::layer::SubscriberExt;

use super::{Log, Memory, PATIENCE};

/// The thread on which the SDK calls an exporter of log records.
const OF_THE_SDK: &str = "OpenTelemetry.Logs.BatchProcessor";
/// The thread of reqwest's client that blocks, which the exporter over OTLP has.
const OF_THE_CLIENT: &str = "reqwest-internal-sync-runtime";

/// Logs each line that it is given.
struct Chatty {
    memory: Memory,
    subscriber: Arc<OnceLock<Dispatch>>,
}

impl Write for Chatty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        dispatcher::with_default(self.subscriber.get().unwrap(), || tracing::error!("a line is written"));
        self.memory.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_logs_begets_no_lines() {
    let telemetry = Telemetry::builder().build().unwrap();
    let (memory, subscriber) = (Memory::default(), Arc::new(OnceLock::new()));
    let writer = Chatty { memory: memory.clone(), subscriber: Arc::clone(&subscriber) };
    let layer = telemetry.logs().writer(writer).layer().unwrap();
    let dispatch = Dispatch::new(tracing_subscriber::registry().with(layer));
    subscriber.set(dispatch.clone()).unwrap();
    dispatcher::with_default(&dispatch, || tracing::info!("the only line"));
    for _ in 0..3 {
        assert!(telemetry.flush(PATIENCE));
    }
    assert_eq!(String::from_utf8_lossy(&memory.0.lock().unwrap()).lines().count(), 1);
}

#[test]
fn how_an_exporter_gets_on_is_said_from_info_on() {
    let lines = || {
        let log = Log::with(&Telemetry::builder().build().unwrap(), |logs| logs.level(tracing::Level::DEBUG));
        tracing::debug!(target: "hyper_util::client", "connecting");
        tracing::info!("connected");
        log.text().lines().count()
    };
    let of_thread =
        |name: &str| thread::Builder::new().name(name.to_owned()).spawn(lines).unwrap().join().unwrap();
    for exporting in ["spanweave-otlp", OF_THE_SDK, OF_THE_CLIENT] {
        assert_eq!(of_thread(exporting), 1, "{exporting}");
    }
    assert_eq!(of_thread("worker"), 2);
}

/// Notes the thread that it is called on.
#[derive(Clone, Debug, Default)]
struct Noting(Arc<Mutex<Option<String>>>);

impl LogExporter for Noting {
    async fn export(&self, _: LogBatch<'_>) -> OTelSdkResult {
        *self.0.lock().unwrap() = thread::current().name().map(str::to_owned);
        Ok(())
    }
}

#[test]
fn the_sdk_exports_log_records_on_the_thread_that_is_known() {
    let (telemetry, noting) = (Telemetry::builder().build().unwrap(), Noting::default());
    let _log = Log::with(&telemetry, |logs| logs.exporter(noting.clone()));
    tracing::info!("a line");
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(noting.0.lock().unwrap().as_deref(), Some(OF_THE_SDK));
}

#[cfg(target_os = "linux")]
#[test]
fn the_client_for_log_records_has_the_thread_that_is_known() {
    let telemetry = Telemetry::builder().otlp(Otlp::http("http://127.0.0.1:9/v1/traces")).build().unwrap();
    let _logs = telemetry.logs().otlp().unwrap();
    let names = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let mut names = names.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    // Of a thread's name Linux keeps so many bytes.
    assert!(names.any(|name| name.trim_end() == &OF_THE_CLIENT[..15]));
}
