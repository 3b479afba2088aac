//! Logs as OpenTelemetry's records: at an exporter of the SDK, and at a collector.

use std::fmt;
use std::panic::catch_unwind;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::post;
use opentelemetry::logs::{AnyValue, Severity};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::logs::{LogBatch, LogExporter, SdkLogRecord};
use prost::Message;
use spanweave::testing::TestTelemetry;
use spanweave::{Ctx, Otlp, Telemetry};

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
    while !metrics(&telemetry).contains("spanweave_log_records_exported_total 2048\n") {
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

type Received = Arc<Mutex<Vec<(HeaderMap, ExportLogsServiceRequest)>>>;

/// A collector, and the start of its URL.
async fn collector(path: &str) -> (Received, String) {
    let received = Received::default();
    let take = {
        let received = Arc::clone(&received);
        async move |headers: HeaderMap, uri: Uri, body: Bytes| {
            assert!(uri.query().is_none_or(|query| query == "tenant=a"));
            let request = ExportLogsServiceRequest::decode(body).unwrap();
            received.lock().unwrap().push((headers, request));
        }
    };
    let elsewhere = async || (StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")]);
    let router = Router::new().route(path, post(take)).route("/moved/v1/logs", post(elsewhere));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (received, url)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_go_where_code_sends_spans_with_the_token_of_the_moment() {
    let (received, url) = collector("/otlp/v1/logs").await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "first").unwrap();
    let otlp = Otlp::http(format!("{url}/otlp/v1/traces?tenant=a")).bearer_token_file(file.path());
    let telemetry = Telemetry::builder().otlp(otlp.header("x-tenant", "home")).build().unwrap();
    let export = move || {
        let log = Log::with(&telemetry, |logs| logs.otlp().unwrap());
        for token in ["first", "the-second"] {
            std::fs::write(&file, token).unwrap();
            tracing::info!("a line");
            assert!(telemetry.flush(PATIENCE));
        }
        drop(log);
    };
    tokio::task::spawn_blocking(export).await.unwrap();
    let received = received.lock().unwrap();
    let headers = |name: &str| received.iter().map(|(headers, _)| headers[name].clone()).collect::<Vec<_>>();
    assert_eq!(headers("authorization"), ["Bearer first", "Bearer the-second"]);
    assert_eq!(headers("x-tenant"), ["home", "home"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirection_is_not_followed() {
    let (received, url) = collector("/elsewhere").await;
    let otlp = Otlp::http(format!("{url}/moved/v1/traces")).bearer_token("hunter2");
    let telemetry = Telemetry::builder().otlp(otlp).build().unwrap();
    let exporting = telemetry.clone();
    let export = move || {
        let _log = Log::with(&exporting, |logs| logs.otlp().unwrap());
        tracing::info!("a line");
        exporting.flush(PATIENCE);
    };
    tokio::task::spawn_blocking(export).await.unwrap();
    assert!(metrics(&telemetry).contains("{reason=\"export_failed\"} 1\n"));
    assert!(received.lock().unwrap().is_empty());
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_arrive_at_a_collector() {
    let (received, url) = collector("/v1/logs").await;
    let url = format!("{url}/v1/traces");

    let run = move || {
        Command::new(env!("CARGO_BIN_EXE_log-lines"))
            .args(["3", "1"])
            .env_clear()
            .envs([("OBS_TRACES_URL", &*url), ("OBS_INGEST_TOKEN", "right"), ("RUST_LOG", "log_lines=info")])
            .envs([
                ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=wrong,x-tenant=a"),
                ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "authorization=wrong,x-zone=b"),
            ])
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    assert!(output.status.success(), "{output:?}");

    let received = received.lock().unwrap();
    assert!(received.iter().all(|(headers, _)| headers["authorization"] == "Bearer right"));
    assert!(
        received.iter().all(|(headers, _)| headers["x-tenant"] == "a" && !headers.contains_key("x-zone"))
    );
    let resources: Vec<_> = received.iter().flat_map(|(_, request)| &request.resource_logs).collect();
    let service = |key: &str| resources[0].resource.as_ref().unwrap().attributes.iter().any(|a| a.key == key);
    assert!(service("service.name"));
    let records: Vec<_> =
        resources.iter().flat_map(|logs| &logs.scope_logs).flat_map(|scope| &scope.log_records).collect();
    assert_eq!(records.len(), 3);
    assert!(records.iter().all(|record| record.severity_text == "info"));
}
