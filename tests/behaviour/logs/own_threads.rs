//! What is logged on spanweave's own threads, which call foreign code.

use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::thread;

use spanweave::Telemetry;
use tracing::{Dispatch, dispatcher};
use tracing_subscriber::layer::SubscriberExt;

use super::exported::collector;
use super::{Log, Memory, PATIENCE};

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
    assert_eq!((of_thread("spanweave-otlp"), of_thread("worker")), (1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_the_export_of_the_log_gets_on_is_not_in_the_log() {
    let (received, url) = collector("/v1/logs").await;
    let run = move || {
        Command::new(env!("CARGO_BIN_EXE_log-lines"))
            .args(["3", "1"])
            .env_clear()
            .envs([("OBS_TRACES_URL", &*format!("{url}/v1/traces")), ("OBS_INGEST_TOKEN", "any")])
            .env("DEBUG", "true")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    assert!(output.status.success() && !received.lock().unwrap().is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(r#""level":"debug""#), "{text}");
    assert!(!text.contains(r#""target":"hyper"#) && !text.contains(r#""target":"reqwest"#), "{text}");
}
