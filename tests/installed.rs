//! What is called and sent outside any trace, and the requests by which spans are exported. In a file of its own, because there is one
//! installed handle per process, and in one test.

#[path = "behaviour/log.rs"]
mod log;

use std::time::Duration;

use reqwest_middleware::ClientBuilder;
use spanweave::http_client::TraceMiddleware;
use spanweave::testing::OtlpReceiver;
use spanweave::{Otlp, Telemetry, traced_service};
use tokio::runtime::Handle;

struct Reminders {
    users: usize,
}

#[traced_service]
impl Reminders {
    pub async fn remind(&self) -> Result<usize, &'static str> {
        if self.users == 0 { Err("nobody") } else { Ok(self.users) }
    }
}

/// The lines of a metric.
fn lines(telemetry: &Telemetry, metric: &str) -> Vec<String> {
    let metrics = telemetry.metrics_text();
    metrics.lines().filter(|line| line.starts_with(metric)).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outside_any_trace_calls_and_requests_are_measured_and_exports_are_not() {
    let receiver = OtlpReceiver::start().unwrap();
    let telemetry =
        Telemetry::builder().sampling_ratio(1.0).otlp(Otlp::http(receiver.url())).build().unwrap();
    let missing = log::of(|| {
        for _ in 0..2 {
            tokio::task::block_in_place(|| Handle::current().block_on(Reminders { users: 1 }.remind()))
                .unwrap();
        }
    });
    let none = "calls outside any trace are not measured, because no handle is installed";
    assert_eq!(missing.matches(none).count(), 1, "{missing}");

    telemetry.install();
    telemetry.root("nightly").run(Reminders { users: 1 }.remind()).await.unwrap();
    assert_eq!(lines(&telemetry, "method_untraced_calls_total"), [""; 0]);
    for users in 0..3 {
        assert_eq!(Reminders { users }.remind().await.is_ok(), users > 0);
    }
    assert_eq!(
        lines(&telemetry, "method_untraced_calls_total"),
        [r#"method_untraced_calls_total{kind="service",type="Reminders",method="remind"} 3"#]
    );
    assert_eq!(
        lines(&telemetry, "method_calls_total{kind=\"service\",type=\"Reminders\"")[..2],
        [
            r#"method_calls_total{kind="service",type="Reminders",method="remind",outcome="ok"} 3"#,
            r#"method_calls_total{kind="service",type="Reminders",method="remind",outcome="error"} 1"#,
        ]
    );

    let client = ClientBuilder::new(reqwest::Client::new()).with(TraceMiddleware::new()).build();
    let request = client.get(format!("http://{}/", receiver.address())).header("traceparent", "by hand");
    request.send().await.unwrap();

    let exporting = telemetry.clone();
    let flushed = tokio::task::spawn_blocking(move || exporting.flush(Duration::from_secs(30)));
    assert!(flushed.await.unwrap());
    assert_eq!(receiver.span_tree(), "nightly\n  Reminders.remind\n");
    assert_eq!(
        lines(&telemetry, "http_client_request_duration_seconds_count"),
        [r#"http_client_request_duration_seconds_count{host="127.0.0.1",method="GET",status="200"} 1"#]
    );
}
