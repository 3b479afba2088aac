//! When a batch is tried, and when it is waited for: what the collector, whoever flushes and whoever shuts down have to say.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::StatusCode;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use spanweave::testing::{Answer, KeptSpans, OtlpReceiver};
use spanweave::{Otlp, Telemetry, TelemetryBuilder};

use crate::export::{LONG, counter, dropped, make_traces, of};

const HOUR: Duration = Duration::from_hours(1);

fn sampled() -> TelemetryBuilder {
    Telemetry::builder().sampling_ratio(1.0)
}

/// Waits until something has happened; fails where it does not.
#[track_caller]
fn wait_until(happened: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !happened() {
        assert!(begun.elapsed() < LONG, "it has not happened");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn attempts(telemetry: &Telemetry, result: &str) -> usize {
    let labels = format!(r#"{{exporter="otlp",result="{result}"}}"#);
    counter(telemetry, &format!("spanweave_export_attempts_total{labels}"))
}

fn exported(telemetry: &Telemetry, exporter: &str) -> usize {
    counter(telemetry, &format!(r#"spanweave_spans_exported_total{{exporter="{exporter}"}}"#))
}

#[test]
fn a_full_queue_does_not_ask_an_overloaded_collector_again() {
    let collector = OtlpReceiver::start().unwrap();
    collector.answer(Answer::RetryAfter(StatusCode::TOO_MANY_REQUESTS, 60));
    let telemetry = sampled().queue_bytes(1 << 20).otlp(Otlp::http(collector.url())).build().unwrap();
    make_traces(&telemetry, 1);
    wait_until(|| attempts(&telemetry, "retry") == 1);
    while of(&telemetry, "queue_full", "otlp") < 100_000 {
        make_traces(&telemetry, 1_000);
    }
    assert_eq!(collector.requests().len(), 1);
}

#[test]
fn a_flush_tries_again_what_waits_for_an_outage_to_end() {
    let address = OtlpReceiver::start().unwrap().address();
    let otlp = Otlp::http(format!("http://{address}/v1/traces"));
    let telemetry = sampled().retry_backoff(HOUR, HOUR).otlp(otlp).build().unwrap();
    make_traces(&telemetry, 1);
    wait_until(|| attempts(&telemetry, "retry") == 1);
    let collector = OtlpReceiver::start_at(address).unwrap();
    assert!(telemetry.flush(LONG));
    assert_eq!(collector.span_count(), 1);
}

#[test]
fn a_flush_does_not_cut_short_what_the_collector_asked_for() {
    let collector = OtlpReceiver::start().unwrap();
    collector.answer_next([Answer::RetryAfter(StatusCode::SERVICE_UNAVAILABLE, 60)]);
    let telemetry = sampled().otlp(Otlp::http(collector.url())).build().unwrap();
    make_traces(&telemetry, 1);
    wait_until(|| attempts(&telemetry, "retry") == 1);
    assert!(!telemetry.flush(Duration::from_millis(100)));
    assert_eq!(collector.requests().len(), 1);
}

#[test]
fn whoever_has_no_time_to_shut_down_has_everything_counted_all_the_same() {
    let address = OtlpReceiver::start().unwrap().address();
    let telemetry = sampled().otlp(Otlp::http(format!("http://{address}/v1/traces"))).build().unwrap();
    make_traces(&telemetry, 1_000);
    assert!(!telemetry.shutdown(Duration::ZERO));
    assert_eq!(dropped(&telemetry), 1_000);
}

#[test]
fn attributes_that_fill_an_outbox_wake_the_collecting_thread() {
    let kept = KeptSpans::new();
    let telemetry = sampled().export_interval(HOUR).exporter(kept.clone()).build().unwrap();
    for traces in 1..=5 {
        telemetry.root("work").in_scope(|ctx| (0..19_000).for_each(|number| ctx.set("number", number)));
        wait_until(|| exported(&telemetry, "KeptSpans") == traces);
    }
    assert_eq!(dropped(&telemetry), 0);
}

/// Keeps what it takes to itself until it is told to flush.
#[derive(Clone, Debug, Default)]
struct Buffering {
    taken: Arc<AtomicUsize>,
    flushed: Arc<AtomicUsize>,
}

impl SpanExporter for Buffering {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.taken.fetch_add(batch.len(), Ordering::Relaxed);
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.flushed.store(self.taken.load(Ordering::Relaxed), Ordering::Relaxed);
        Err(OTelSdkError::InternalFailure("flushed, and not content".to_owned()))
    }
}

#[test]
fn a_flush_has_the_exporter_flush_what_it_has_taken() {
    let exporter = Buffering::default();
    let telemetry = sampled().exporter(exporter.clone()).build().unwrap();
    for traces in [3, 10] {
        make_traces(&telemetry, traces);
        assert!(telemetry.flush(LONG));
        let [taken, flushed] =
            [&exporter.taken, &exporter.flushed].map(|spans| spans.load(Ordering::Relaxed));
        assert_eq!(flushed, taken);
    }
    assert!(telemetry.shutdown(LONG) && telemetry.flush(LONG));
}
