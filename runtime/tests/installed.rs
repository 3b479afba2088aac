//! A handle that is installed for the process measures calls that are made outside any context. In a file of its own,
//! because there is one such handle per process.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use spanweave::testing::TestTelemetry;
use spanweave::traced_service;

struct Service;

#[traced_service]
impl Service {
    pub async fn wait() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn calls_outside_any_context_are_measured_and_have_no_span() {
    let telemetry = TestTelemetry::new();
    Service::wait().await;
    assert!(telemetry.methods().is_empty(), "nothing is installed yet");

    let mut early = pin!(Service::wait());
    assert!(poll_fn(|cx| Poll::Ready(early.as_mut().poll(cx))).await.is_pending());
    telemetry.install();
    early.await;
    Service::wait().await;

    let [wait] = &telemetry.methods()[..] else { panic!("one method") };
    assert_eq!(wait.calls, 2);
    // The one that was open when the handle came is as long as it was, and not as old as the machine's counter.
    let metrics = (*telemetry).metrics_text();
    assert!(metrics.contains(
        r#"method_duration_seconds_bucket{le="+Inf",kind="service",type="Service",method="wait"} 2"#
    ));
    assert!(metrics.contains(
        r#"method_duration_seconds_bucket{le="5.0",kind="service",type="Service",method="wait"} 2"#
    ));
    assert_eq!(telemetry.span_tree(), "");

    drop(telemetry);
    Service::wait().await;
}
