//! Logs as OpenTelemetry's records: at an exporter of the SDK, and at a collector.

use std::fmt;
use std::panic::catch_unwind;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use opentelemetry::logs::{AnyValue, Severity};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::logs::{LogBatch, LogExporter, SdkLogRecord};
use spanweave::testing::{Answer, OtlpReceiver, TestTelemetry};
use spanweave::{Ctx, Keep, Otlp, Telemetry};

use super::{Log, PATIENCE};

/// Keeps records, or refuses them, or waits before it does.
#[derive(Clone, Debug, Default)]
pub(super) struct Exporter {
    kept: Arc<Mutex<Vec<SdkLogRecord>>>,
    refuses: bool,
    panics: Arc<AtomicBool>,
    pub(super) hangs: Arc<AtomicBool>,
    /// It was called.
    pub(super) entered: Arc<AtomicBool>,
}

impl LogExporter for Exporter {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        self.entered.store(true, Relaxed);
        while self.hangs.load(Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(!self.panics.load(Relaxed), "it panics");
        if self.refuses {
            return Err(OTelSdkError::InternalFailure("refused".to_owned()));
        }
        self.kept.lock().unwrap().extend(batch.iter().map(|(record, _)| record.clone()));
        Ok(())
    }
}

struct PanicsWhenShown;

impl fmt::Debug for PanicsWhenShown {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("it panics")
    }
}

pub(super) fn exporting(telemetry: &Telemetry, exporter: &Exporter) -> Log {
    Log::with(telemetry, |logs| logs.exporter(exporter.clone()))
}

fn metrics(telemetry: &Telemetry) -> String {
    let text = telemetry.metrics_text();
    let lines = text.lines().filter(|line| line.starts_with("spanweave_log_records_"));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn a_record_has_severity_body_fields_and_the_ids_of_its_call() {
    let (telemetry, exporter) = (TestTelemetry::new(), Exporter::default());
    let log = exporting(&telemetry, &exporter);
    let ctx = telemetry.root("work").in_scope(|ctx| {
        tracing::warn!(target: "jobs", rows = 3, big = u64::MAX, "slow");
        tracing::debug!("below the level");
        (ctx.trace_id().unwrap(), ctx.span_id().unwrap())
    });
    tracing::info!("outside");
    tracing::error!(target: "hyper_util::client", "of the transport");
    assert_eq!(log.text().lines().count(), 3);

    let kept = exporter.kept.lock().unwrap();
    let [slow, outside] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!((slow.severity_number(), slow.severity_text()), (Some(Severity::Warn), Some("warn")));
    assert_eq!((slow.target().unwrap(), slow.body()), (&"jobs".into(), Some(&AnyValue::from("slow"))));
    let fields: Vec<_> = slow.attributes_iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    assert_eq!(fields, [("rows", AnyValue::Int(3)), ("big", AnyValue::from("18446744073709551615"))]);
    let context = slow.trace_context().unwrap();
    assert_eq!((context.trace_id, context.span_id), ctx);
    assert!(outside.trace_context().is_none() && Ctx::current().is_none());
    assert_eq!(
        metrics(&telemetry),
        "\
spanweave_log_records_exported_total 2
spanweave_log_records_dropped_total{reason=\"queue_full\"} 0
spanweave_log_records_dropped_total{reason=\"export_failed\"} 0
"
    );
}

#[test]
fn what_is_refused_or_finds_no_room_is_counted() {
    let telemetry = Telemetry::builder().build().unwrap();
    let refusing = Exporter { refuses: true, ..Exporter::default() };
    let log = exporting(&telemetry, &refusing);
    tracing::info!("one");
    tracing::info!("two");
    telemetry.flush(PATIENCE);
    drop(log);
    assert!(metrics(&telemetry).contains("{reason=\"export_failed\"} 2\n"));

    let telemetry = Telemetry::builder().build().unwrap();
    let hanging = Exporter::default();
    hanging.hangs.store(true, Relaxed);
    let log = exporting(&telemetry, &hanging);
    let panicked = catch_unwind(|| tracing::info!(value = ?PanicsWhenShown, "takes no room"));
    assert!(panicked.is_err());
    for _ in 0..3_000 {
        tracing::info!("one of many");
    }
    assert!(!telemetry.flush(Duration::from_millis(10)));
    assert!(metrics(&telemetry).contains("{reason=\"queue_full\"} 952\n"), "{}", metrics(&telemetry));
    hanging.hangs.store(false, Relaxed);
    let until = Instant::now() + PATIENCE;
    while !metrics(&telemetry).contains("spanweave_log_records_exported_total 2048\n") {
        assert!(Instant::now() < until, "{}", metrics(&telemetry));
        telemetry.flush(PATIENCE);
    }
    tracing::info!("there is room again");
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(hanging.kept.lock().unwrap().len(), 2_049);
    drop(log);
}

#[test]
fn an_exporter_that_panics_is_called_again() {
    let telemetry = Telemetry::builder().build().unwrap();
    let exporter = Exporter::default();
    exporter.panics.store(true, Relaxed);
    let _log = exporting(&telemetry, &exporter);
    tracing::info!("one");
    telemetry.flush(PATIENCE);
    exporter.panics.store(false, Relaxed);
    tracing::info!("two");
    assert!(telemetry.flush(PATIENCE));
    assert!(metrics(&telemetry).contains("spanweave_log_records_exported_total 1\n"));
    assert!(metrics(&telemetry).contains("{reason=\"export_failed\"} 1\n"));
}

#[test]
fn they_go_where_code_sends_spans_with_the_token_of_the_moment() {
    let collector = OtlpReceiver::start().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "first").unwrap();
    let url = format!("http://{}/otlp/v1/traces?tenant=a", collector.address());
    let otlp = Otlp::http(url).bearer_token_file(file.path()).header("x-tenant", "home");
    let telemetry = Telemetry::builder().otlp(otlp).build().unwrap();
    let _log = Log::with(&telemetry, |logs| logs.otlp().unwrap());
    for token in ["first", "the-second"] {
        std::fs::write(&file, token).unwrap();
        tracing::info!("a line");
        assert!(telemetry.flush(PATIENCE));
    }
    let requests = collector.requests();
    let headers =
        |name: &str| requests.iter().map(|request| request.headers[name].clone()).collect::<Vec<_>>();
    assert_eq!(headers("authorization"), ["Bearer first", "Bearer the-second"]);
    assert_eq!(headers("x-tenant"), ["home", "home"]);
    assert!(requests.iter().all(|request| request.uri == "/otlp/v1/logs?tenant=a"), "{requests:?}");
    assert_eq!(collector.log_records().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirection_is_not_followed() {
    let elsewhere = OtlpReceiver::start().unwrap();
    let location = format!("http://{}/v1/logs", elsewhere.address());
    let redirect = async move || (StatusCode::TEMPORARY_REDIRECT, [("location", location)]);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/logs", post(redirect));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let telemetry = Telemetry::builder().otlp(Otlp::http(url).bearer_token("hunter2")).build().unwrap();
    let exporting = telemetry.clone();
    let export = move || {
        let _log = Log::with(&exporting, |logs| logs.otlp().unwrap());
        tracing::info!("a line");
        exporting.flush(PATIENCE);
    };
    tokio::task::spawn_blocking(export).await.unwrap();
    assert!(metrics(&telemetry).contains("{reason=\"export_failed\"} 1\n"));
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn a_handle_that_is_disabled_exports_none_and_one_over_grpc_says_why() {
    let disabled =
        Telemetry::builder().otlp(Otlp::grpc("http://127.0.0.1:9")).disabled(true).build().unwrap();
    assert!(disabled.logs().otlp().is_ok());
    let over_grpc = Telemetry::builder().otlp(Otlp::grpc("http://127.0.0.1:9")).build().unwrap();
    assert_eq!(
        over_grpc.logs().otlp().unwrap_err().to_string(),
        "the OTLP exporter cannot be made: logs are exported over HTTP alone, and the handle's spans over gRPC"
    );
}

#[test]
fn who_does_not_take_them_is_in_the_log() {
    let collector = OtlpReceiver::start().unwrap();
    collector.answer(Answer::Status(StatusCode::UNAUTHORIZED));
    let output = Command::new(env!("CARGO_BIN_EXE_log-lines"))
        .args(["3", "1"])
        .env_clear()
        .envs([("OBS_TRACES_URL", &*collector.url()), ("OBS_INGEST_TOKEN", "hunter2")])
        .env("RUST_LOG", "log_lines=info,spanweave=warn")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said.matches("log records could not be exported").count(), 1, "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn they_arrive_at_a_collector() {
    let collector = OtlpReceiver::start().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_log-lines"))
        .args(["3", "1"])
        .env_clear()
        .envs([("OBS_TRACES_URL", &*collector.url()), ("OBS_INGEST_TOKEN", "right")])
        .envs([
            ("RUST_LOG", "log_lines=info"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=wrong,x-tenant=a"),
            ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "authorization=wrong,x-zone=b"),
        ])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");

    for request in collector.requests() {
        assert_eq!(request.uri, "/v1/logs");
        assert_eq!(request.headers["authorization"], "Bearer right");
        assert!(request.headers["x-tenant"] == "a" && !request.headers.contains_key("x-zone"));
        assert!(request.resource.iter().any(|attribute| attribute.key.as_str() == "service.name"));
    }
    let records = collector.log_records();
    let bodies: Vec<_> = records.iter().map(|record| (&*record.severity, &*record.body)).collect();
    assert_eq!(bodies, [("info", "line"); 3]);
    let lines: Vec<_> = records.iter().flat_map(|record| &record.attributes).collect();
    assert_eq!(lines.iter().filter(|attribute| attribute.key.as_str() == "line").count(), 3);
    assert!(records.iter().all(|record| record.trace_id.is_none() && record.target == "log_lines"));
}

#[test]
fn what_is_refused_by_a_collector_has_not_arrived() {
    let collector = OtlpReceiver::start().unwrap();
    collector.answer_next([Answer::RejectSome(2)]);
    let no_spans = Telemetry::builder().sampling_ratio(0.0).keep(Keep::nothing());
    let telemetry = no_spans.otlp(Otlp::http(collector.url())).build().unwrap();
    let _log = Log::with(&telemetry, |logs| logs.otlp().unwrap());
    let ids = telemetry.root("work").in_scope(|ctx| {
        (0..3).for_each(|line| tracing::info!(line, "one of three"));
        (ctx.trace_id(), ctx.span_id())
    });
    telemetry.flush(PATIENCE);
    assert_eq!(collector.requests()[0].log_records.len(), 3);
    let [record] = &collector.log_records()[..] else { panic!("one was accepted") };
    assert_eq!((record.trace_id, record.span_id), ids);
    collector.take();
    assert!(collector.log_records().is_empty());
}
