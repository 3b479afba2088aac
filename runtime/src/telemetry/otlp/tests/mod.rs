//! The export over OTLP/HTTP, as a collector sees it.

mod collector;
#[cfg(feature = "grpc")]
mod grpc;

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;

use self::collector::Collector;
use super::{OtlpTarget, Protocol, TokenSource, exporter};
use crate::telemetry::Telemetry;
use crate::{Ctx, Method, MethodKind, Returns};

const LONG: Duration = Duration::from_secs(30);

fn target(url: String) -> OtlpTarget {
    OtlpTarget {
        url,
        protocol: Protocol::HttpProtobuf,
        headers: Vec::new(),
        token: Some(TokenSource::Fixed("secret".to_owned())),
        timeout: LONG,
        gzip: false,
    }
}

fn telemetry(target: OtlpTarget) -> Telemetry {
    let builder = Telemetry::builder().sampling_ratio(1.0).boxed_exporter(exporter(target).unwrap());
    let soon = Duration::from_millis(5);
    builder.retry_backoff(soon, soon).build().unwrap()
}

/// One trace of so many spans: they are in one batch, whenever it is collected.
fn make_trace(telemetry: &Telemetry, spans: usize) {
    static METHOD: Method = Method::new(MethodKind::Service, "Service", "method", module_path!());
    let call = |_| METHOD.call(Ctx::current()).run_sync(Returns::<()>::NEW.class(), || ());
    telemetry.root("work").in_scope(|_| (1..spans).for_each(call));
}

/// The metrics' counters of spans, those that are not zero.
fn counts(telemetry: &Telemetry) -> Vec<String> {
    let text = telemetry.metrics_text();
    let spans = text.lines().filter_map(|line| line.strip_prefix("spanweave_spans_"));
    spans.filter(|line| !line.ends_with(" 0")).map(str::to_owned).collect()
}

fn attempts(telemetry: &Telemetry, result: &str) -> String {
    let text = telemetry.metrics_text();
    let series = format!(r#"spanweave_export_attempts_total{{exporter="otlp",result="{result}"}} "#);
    text.lines().find_map(|line| line.strip_prefix(&series)).unwrap().to_owned()
}

#[test]
fn a_batch_is_tried_until_it_is_taken() {
    let collector = Collector::start();
    let telemetry = telemetry(target(collector.url()));
    make_trace(&telemetry, 3);
    for status in [503, 429, 502, 504] {
        collector.answer_with(status, "");
    }
    collector.answer_with(200, "");
    assert!(telemetry.flush(LONG));
    let requests = [(); 5].map(|()| collector.request());
    assert!(requests.iter().all(|request| request.body == requests[0].body && request.spans() == 3));
    assert_eq!(requests[0].header("authorization"), Some("Bearer secret"));
    assert_eq!(requests[0].header("content-type"), Some("application/x-protobuf"));
    assert_eq!(counts(&telemetry), [r#"exported_total{exporter="otlp"} 3"#]);
    assert_eq!([attempts(&telemetry, "retry"), attempts(&telemetry, "ok")], ["4", "1"]);
}

#[test]
fn a_batch_that_is_refused_is_not_tried_again() {
    for status in [307, 400, 401, 403, 404, 413, 500] {
        let collector = Collector::start();
        let telemetry = telemetry(target(collector.url()));
        make_trace(&telemetry, 2);
        collector.answer_with(status, "location: http://127.0.0.1:1/\r\n");
        assert!(telemetry.flush(LONG));
        assert_eq!(counts(&telemetry), [r#"dropped_total{reason="refused",exporter="otlp"} 2"#], "{status}");
    }
}

#[test]
fn a_collector_that_breaks_off_is_asked_again_unless_it_said_yes() {
    let collector = Collector::start();
    let telemetry = telemetry(target(collector.url()));
    make_trace(&telemetry, 1);
    collector.answer("\r\nconnection: close");
    collector.answer("200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\nbroken");
    assert!(telemetry.flush(LONG));
    assert_eq!(counts(&telemetry), [r#"exported_total{exporter="otlp"} 1"#]);
}

#[test]
fn retry_after_is_waited_for() {
    let collector = Collector::start();
    let telemetry = telemetry(target(collector.url()));
    make_trace(&telemetry, 1);
    collector.answer_with(429, "retry-after: 1\r\n");
    collector.answer_with(200, "");
    let asked = Instant::now();
    assert!(telemetry.flush(LONG));
    assert!(asked.elapsed() >= Duration::from_secs(1));
    // Where there is no time for it, nobody waits.
    make_trace(&telemetry, 1);
    collector.answer_with(503, "retry-after: 3600\r\n");
    assert!(!telemetry.shutdown(LONG));
    let expected =
        [r#"exported_total{exporter="otlp"} 1"#, r#"dropped_total{reason="unanswered",exporter="otlp"} 1"#];
    assert_eq!(counts(&telemetry), expected);
}

#[test]
fn what_a_collector_rejects_of_a_batch_is_counted() {
    let collector = Collector::start();
    let telemetry = telemetry(target(collector.url()));
    for (rejected_spans, spans) in [(2, 5), (0, 1), (-1, 1), (i64::MAX, 1)] {
        let partial = ExportTracePartialSuccess { rejected_spans, error_message: "no".to_owned() };
        let response = ExportTraceServiceResponse { partial_success: Some(partial) }.encode_to_vec();
        make_trace(&telemetry, spans);
        collector.answer_ok(&response);
        assert!(telemetry.flush(LONG));
    }
    // Fewer than none are none, and more than there are, all.
    let expected =
        [r#"exported_total{exporter="otlp"} 5"#, r#"dropped_total{reason="rejected",exporter="otlp"} 3"#];
    assert_eq!(counts(&telemetry), expected);
}

#[test]
fn a_token_is_rotated_without_a_restart() {
    let path = std::env::temp_dir().join(format!("spanweave-rotated-{}", std::process::id()));
    std::fs::write(&path, "old\n").unwrap();
    let collector = Collector::start();
    let token = Some(TokenSource::File(path.clone()));
    let telemetry = telemetry(OtlpTarget { token, ..target(collector.url()) });
    let flush = |statuses: &[u16]| {
        make_trace(&telemetry, 1);
        for status in statuses {
            collector.answer_with(*status, "");
        }
        assert!(telemetry.flush(LONG));
        collector.request().header("authorization").unwrap().to_owned()
    };
    assert_eq!(flush(&[200]), "Bearer old");
    std::fs::write(&path, "newer\n").unwrap();
    assert_eq!(flush(&[200]), "Bearer newer");
    // It may be renewed any moment.
    assert_eq!(flush(&[401, 401, 200]), "Bearer newer");
    (0..2).for_each(|_| drop(collector.request()));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(flush(&[200]), "Bearer newer");
    assert_eq!(counts(&telemetry), [r#"exported_total{exporter="otlp"} 4"#]);
}

#[test]
fn nobody_waits_longer_than_asked_for_a_collector_that_does_not_answer() {
    let collector = Collector::start();
    let telemetry = telemetry(target(collector.url()));
    make_trace(&telemetry, 600);
    assert!(!telemetry.flush(Duration::from_millis(10)));
    collector.request();
    let asked = Instant::now();
    assert!(!telemetry.shutdown(Duration::from_millis(500)));
    assert!(asked.elapsed() < LONG / 2);
    // What was sent may have arrived, what was not has not.
    let counts = counts(&telemetry);
    let counted = |reason: &str| {
        let prefix = format!(r#"dropped_total{{reason="{reason}",exporter="otlp"}} "#);
        counts.iter().find_map(|line| line.strip_prefix(&prefix)?.parse::<usize>().ok()).unwrap_or(0)
    };
    assert_eq!(counted("unanswered") + counted("shut_down"), 600);
    assert!(counted("unanswered") > 0, "{counts:?}");
}

#[test]
fn an_exporter_may_be_dropped_within_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { drop(exporter(target("http://127.0.0.1:1/v1/traces".to_owned())).unwrap()) });
}

#[test]
fn secrets_are_not_shown() {
    let header = (http::header::COOKIE, http::HeaderValue::from_static("hunter2"));
    let token = Some(TokenSource::Fixed("hunter3".to_owned()));
    let url = "http://hunter4@127.0.0.1/".to_owned();
    let shown = format!("{:?}", OtlpTarget { headers: vec![header], token, ..target(url) });
    assert!(!shown.contains("hunter") && shown.contains("cookie"), "{shown}");
}

#[cfg(feature = "gzip")]
#[test]
fn a_batch_is_compressed_where_that_is_asked_for() {
    use std::io::Read;

    let collector = Collector::start();
    let telemetry = telemetry(OtlpTarget { gzip: true, ..target(collector.url()) });
    make_trace(&telemetry, 3);
    collector.answer_with(200, "");
    assert!(telemetry.flush(LONG));
    let mut request = collector.request();
    assert_eq!(request.header("content-encoding"), Some("gzip"));
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(&*request.body).read_to_end(&mut body).unwrap();
    request.body = body;
    assert_eq!(request.spans(), 3);
}

#[cfg(not(feature = "gzip"))]
#[test]
fn compression_needs_its_feature() {
    let target = OtlpTarget { gzip: true, ..target("http://127.0.0.1:1/".to_owned()) };
    let error = exporter(target).err().unwrap().to_string();
    assert!(error.ends_with("spanweave was built without its feature `gzip`"), "{error}");
}
