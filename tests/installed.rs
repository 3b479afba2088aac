//! Requests that are sent outside any trace, and those by which spans are exported. In a file of its own, because there is one
//! installed handle per process.

use std::time::Duration;

use reqwest_middleware::ClientBuilder;
use spanweave::http_client::TraceMiddleware;
use spanweave::testing::OtlpReceiver;
use spanweave::{Otlp, Telemetry};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outside_any_trace_requests_are_measured_and_exports_are_not() {
    let receiver = OtlpReceiver::start().unwrap();
    let telemetry =
        Telemetry::builder().sampling_ratio(1.0).otlp(Otlp::http(receiver.url())).build().unwrap();
    telemetry.install();
    telemetry.root("nightly").in_scope(|_| ());
    let client = ClientBuilder::new(reqwest::Client::new()).with(TraceMiddleware::new()).build();
    let request = client.get(format!("http://{}/", receiver.address())).header("traceparent", "by hand");
    request.send().await.unwrap();

    let exporting = telemetry.clone();
    let flushed = tokio::task::spawn_blocking(move || exporting.flush(Duration::from_secs(30)));
    assert!(flushed.await.unwrap());
    assert_eq!(receiver.span_tree(), "nightly\n");
    let metrics = telemetry.metrics_text();
    let counts: Vec<_> = metrics
        .lines()
        .filter(|line| line.starts_with("http_client_request_duration_seconds_count"))
        .collect();
    assert_eq!(
        counts,
        [r#"http_client_request_duration_seconds_count{host="127.0.0.1",method="GET",status="200"} 1"#]
    );
}
