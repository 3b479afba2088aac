//! What `/metrics` has beside the numbers: both formats, zeros, exemplars, bounds.

use std::borrow::Cow;
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::routing::get;
use spanweave::testing::{KeptSpans, TestTelemetry};
use spanweave::{Keep, LabelValue, MetricsFormat, Telemetry, traced};

use crate::app::TaskService;

/// The lines that start so.
fn lines<'t>(text: &'t str, start: &str) -> Vec<&'t str> {
    text.lines().filter(|line| line.starts_with(start)).collect()
}

#[test]
fn every_annotated_method_is_there_from_the_start() {
    let telemetry = TestTelemetry::new();
    for format in [MetricsFormat::Text, MetricsFormat::OpenMetrics] {
        let text = telemetry.metrics(format);
        for line in [
            r#"method_duration_seconds_bucket{le="0.0005",kind="service",type="TaskService",method="rename"} 0"#,
            r#"method_duration_seconds_count{kind="service",type="TaskService",method="rename"} 0"#,
            r#"method_calls_total{kind="service",type="TaskService",method="rename",outcome="ok"} 0"#,
            r#"method_calls_total{kind="service",type="TaskService",method="rename",outcome="panicked"} 0"#,
        ] {
            assert!(text.lines().any(|shown| shown == line), "{line}\n{text}");
        }
    }
    assert_eq!(telemetry.methods(), []);
    assert!(!telemetry.metrics_text().contains("method_"));
}

#[test]
fn the_list_of_methods_says_where_they_are() {
    let methods = spanweave::methods();
    let rename = methods.iter().find(|method| method.name() == "rename").expect("it is on the list");
    assert_eq!(
        (rename.kind().label(), rename.owner(), rename.module()),
        ("service", "TaskService", "behaviour::app")
    );
    assert!(rename.file().ends_with("app.rs"));
    let line = include_str!("app.rs").lines().position(|line| line.contains("fn rename")).unwrap() + 1;
    assert_eq!(usize::try_from(rename.line()), Ok(line));
}

/// Of a line with an exemplar, the labels of that.
fn exemplars<'t>(text: &'t str, start: &str) -> Vec<&'t str> {
    let of_line = |line: &'t str| line.split_once(" # ").map(|(_, exemplar)| exemplar);
    lines(text, start).into_iter().filter_map(of_line).collect()
}

#[tokio::test]
async fn a_trace_that_was_exported_is_an_exemplar() {
    let telemetry = TestTelemetry::new();
    telemetry.root("root").run(TaskService::default().list_tasks(1)).await.unwrap();
    let spans = telemetry.spans();
    let listed = spans.iter().find(|span| span.name == "TaskService.list_tasks").unwrap();
    let text = telemetry.metrics(MetricsFormat::OpenMetrics);
    let series =
        text.lines().filter(|line| line.contains("_bucket") && line.contains(r#"method="list_tasks""#));
    let exemplars: Vec<_> = series.filter_map(|line| line.split_once(" # ")).collect();
    let [(bucket, exemplar)] = exemplars[..] else { panic!("{exemplars:?}") };
    let context = &listed.span_context;
    let ids = format!(r#"{{trace_id="{}",span_id="{}"}} 0."#, context.trace_id(), context.span_id());
    assert!(exemplar.starts_with(&ids), "{exemplar}");
    // It is in the bucket, which has its call.
    let bound = bucket.split('"').nth(1).unwrap().parse::<f64>().unwrap();
    let parts: Vec<_> = exemplar.split(' ').collect();
    assert!(parts[1].parse::<f64>().unwrap() <= bound && bucket.ends_with(" 1"), "{bucket} {exemplar}");
    let ended = listed.end_time.duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    assert!((parts[2].parse::<f64>().unwrap() - ended).abs() < 1.0, "{exemplar}");
    assert!(!telemetry.metrics(MetricsFormat::Text).contains("trace_id"));
}

#[tokio::test]
async fn a_trace_that_was_left_out_is_none() {
    let kept = KeptSpans::new();
    let errors = Keep::nothing().errors(1.0);
    let telemetry =
        Telemetry::builder().sampling_ratio(0.0).keep(errors).exporter(kept.clone()).build().unwrap();
    let service = TaskService::default();
    telemetry.root("root").run(service.list_tasks(1)).await.unwrap();
    telemetry.root("root").run(service.list_tasks(13)).await.unwrap_err();
    assert!(telemetry.flush(Duration::from_secs(30)));
    let text = telemetry.metrics_text();
    let kept = kept.spans()[0].span_context.trace_id().to_string();
    let shown = exemplars(&text, "method_duration_seconds_bucket");
    assert!(!shown.is_empty() && shown.iter().all(|exemplar| exemplar.contains(&kept)), "{shown:?}");
}

/// Where an application listens that has answered one request, with 410.
async fn asked_once(telemetry: &Telemetry) -> String {
    let app: Router = Router::new()
        .route("/gone", get(async || http::StatusCode::GONE))
        .merge(telemetry.routes())
        .layer(telemetry.http_layer());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    reqwest::get(format!("{url}/gone")).await.unwrap();
    url
}

#[tokio::test]
async fn a_request_is_an_exemplar_of_its_status() {
    let telemetry = TestTelemetry::new();
    let url = asked_once(&telemetry).await;
    assert_eq!(telemetry.span_tree(), "GET /gone\n");

    let client = reqwest::Client::new();
    let scrape = async |accept: &str| {
        let response = client.get(format!("{url}/metrics")).header("accept", accept).send().await.unwrap();
        let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        (content_type, response.text().await.unwrap())
    };
    let (content_type, page) = scrape("application/openmetrics-text;version=1.0.0,text/plain;q=0.5").await;
    assert_eq!(content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let series = exemplars(&page, "http_request_duration_seconds_bucket");
    assert_eq!(series.len(), 1, "{page}");
    assert_eq!(lines(&page, "http_request_duration_seconds_count").len(), 1, "{page}");
    let (content_type, page) = scrape("*/*").await;
    assert_eq!(content_type, "text/plain; version=0.0.4; charset=utf-8");
    assert!(page.contains("# TYPE method_calls_total counter\n") && !page.contains("# EOF"));
}

struct Numbered(u32);

impl LabelValue for Numbered {
    fn label_value(&self) -> Cow<'_, str> {
        self.0.to_string().into()
    }
}

#[derive(Clone, Copy, LabelValue)]
enum Vendor {
    Apns,
    #[label_value("fcm")]
    Firebase,
    OfNobody,
}

#[traced(metric = "vendor_duration_seconds", labels(vendor = vendor, fallback = Some(Vendor::Firebase)))]
fn of_vendor(vendor: Vendor) -> Vendor {
    vendor
}

#[test]
fn an_enum_is_a_label_of_as_many_values_as_it_has_variants() {
    let telemetry = TestTelemetry::new();
    telemetry.root("vendors").in_scope(|_| {
        for vendor in [Vendor::Apns, Vendor::Firebase, Vendor::OfNobody] {
            of_vendor(vendor);
        }
    });
    let text = telemetry.metrics_text();
    for vendor in ["apns", "fcm", "of_nobody"] {
        let count =
            format!(r#"vendor_duration_seconds_count{{vendor="{vendor}",fallback="fcm",result="ok"}} 1"#);
        assert_eq!(lines(&text, &count).len(), 1, "{text}");
    }
}

macro_rules! of_one_metric {
    ($($name:ident)*) => {$(
        #[traced(metric = "wide_duration_seconds", labels(number = Numbered(number)))]
        fn $name(number: u32) -> u32 {
            number
        }
    )*};
}

of_one_metric!(first second third fourth fifth sixth seventh eighth ninth);

#[test]
fn a_metric_is_bounded_and_says_so() {
    const EACH: u32 = 256;
    let telemetry = TestTelemetry::new();
    telemetry.root("wide").in_scope(|_| {
        let all = [first, second, third, fourth, fifth, sixth, seventh, eighth, ninth];
        for (offset, function) in (0..).step_by(256).zip(all) {
            (offset..offset + EACH).map(function).for_each(drop);
        }
    });
    let log = crate::log::of(|| {
        telemetry.metrics(MetricsFormat::OpenMetrics);
        telemetry.metrics(MetricsFormat::Text);
    });
    let said =
        log.lines().filter(|line| line.contains("too many label sets") && line.contains("wide_duration"));
    assert_eq!(said.count(), 1, "{log}");
    let text = telemetry.metrics(MetricsFormat::Text);
    assert_eq!(lines(&text, "wide_duration_seconds_count").len(), 2_001);
    assert_eq!(lines(&text, r#"wide_duration_seconds_count{number="other",result="other"} 304"#).len(), 1);
    assert_eq!(lines(&text, r#"spanweave_metric_series{metric="wide_duration_seconds"} 2001"#).len(), 1);
    assert_eq!(
        lines(&text, r#"spanweave_metric_overflows_total{metric="wide_duration_seconds"} 304"#).len(),
        1
    );
}

#[tokio::test]
async fn a_panel_finds_one_document() {
    let telemetry = TestTelemetry::new();
    let url = asked_once(&telemetry).await;

    let client = reqwest::Client::new();
    let document = async |query: &str, accept: &str| {
        let request = client.get(format!("{url}/metrics/legacy{query}")).header("accept", accept);
        let response = request.send().await.unwrap();
        let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        (content_type, response.text().await.unwrap())
    };
    let (content_type, json) = document("", "*/*").await;
    assert_eq!(content_type, "application/json");
    assert!(json.contains(r#""by_status":{"4xx":1}"#) && json.contains(r#""route":"/gone""#), "{json}");
    for (query, accept) in [("", "text/plain"), ("?format=text", "application/json")] {
        let (content_type, text) = document(query, accept).await;
        assert_eq!(content_type, "text/plain; charset=utf-8");
        assert!(text.contains("\nroute route=/gone method=GET count=1 errors=0 "), "{text}");
    }
    assert_eq!(document("?format=json", "text/plain").await.0, "application/json");
    assert_eq!(telemetry.span_tree(), "GET /gone\n");
}
