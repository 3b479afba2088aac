//! How long whoever flushes or shuts down waits for the log.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use spanweave::Telemetry;
use tracing_subscriber::layer::SubscriberExt;

use super::exported::{Exporter, exporting};
use super::{Memory, PATIENCE};

/// Takes nothing until it is let go.
#[derive(Clone, Debug, Default)]
struct Hanging(Arc<AtomicBool>);

impl SpanExporter for Hanging {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        while !self.0.load(Relaxed) {
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

/// Has a line written after a while.
struct Slow(Memory);

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        thread::sleep(Duration::from_millis(20));
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_an_exporter_did_not_take_is_in_the_log_when_shutdown_returns() {
    let (hanging, memory) = (Hanging::default(), Memory::default());
    let telemetry = Telemetry::builder().sampling_ratio(1.0).exporter(hanging.clone()).build().unwrap();
    let layer = telemetry.logs().writer(Slow(memory.clone())).layer().unwrap();
    let subscriber = tracing_subscriber::registry().with(layer);
    telemetry.root("work").in_scope(|_| {});
    tracing::subscriber::with_default(subscriber, || telemetry.shutdown(Duration::from_millis(10)));
    let lines = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
    assert!(lines.contains("spans were not exported before the end"), "{lines}");
    hanging.0.store(true, Relaxed);
}

#[test]
fn who_flushes_in_little_time_does_not_wait_for_another_who_has_more() {
    let (telemetry, exporter) = (Telemetry::builder().build().unwrap(), Exporter::default());
    exporter.hangs.store(true, Relaxed);
    let _log = exporting(&telemetry, &exporter);
    tracing::info!("a line");
    thread::scope(|scope| {
        let patient = scope.spawn(|| telemetry.flush(PATIENCE));
        while !exporter.entered.load(Relaxed) {
            thread::yield_now();
        }
        let asked = Instant::now();
        assert!(!telemetry.flush(Duration::from_millis(10)));
        assert!(asked.elapsed() < PATIENCE / 2);
        exporter.hangs.store(false, Relaxed);
        assert!(patient.join().unwrap());
    });
}
