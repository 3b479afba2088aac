//! Metrics of others on the page.

use std::borrow::Cow;
use std::error::Error;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use spanweave::{MetricsFormat, MetricsSource, Telemetry};

use crate::family::lines;

#[test]
fn a_metric_of_several_parts_of_a_registry_is_one() {
    let mut registry = Registry::default();
    for tenant in ["a", "b"] {
        let labels = [(Cow::Borrowed("tenant"), Cow::Borrowed(tenant))];
        let part = registry.sub_registry_with_labels(labels.into_iter());
        for name in ["uploads", "downloads"] {
            let counter = Counter::<u64>::default();
            counter.inc();
            part.register(name, "Files", counter);
        }
    }
    let telemetry = Telemetry::builder().build().unwrap();
    telemetry.register(registry);
    let text = telemetry.metrics(MetricsFormat::Text);
    assert_eq!(
        lines(&text, "uploads_total"),
        "uploads_total{tenant=\"a\"} 1\nuploads_total{tenant=\"b\"} 1\n"
    );
    assert_eq!(lines(&text, "# TYPE downloads_total"), "# TYPE downloads_total counter\n");
    assert_eq!(lines(&text, "downloads_total").lines().count(), 2);
}

struct Of(&'static str);

impl MetricsSource for Of {
    fn openmetrics(&self) -> Result<String, Box<dyn Error + Send + Sync>> {
        Ok(self.0.to_owned())
    }
}

#[test]
fn what_readers_refuse_does_not_take_the_rest_with_it() {
    let telemetry = Telemetry::builder().build().unwrap();
    telemetry.register(Of("# TYPE waiting gauge\nwaiting -nan\n# TYPE running gauge\nrunning 1\n"));
    let log = crate::log::of(|| {
        for format in [MetricsFormat::OpenMetrics, MetricsFormat::Text] {
            let text = telemetry.metrics(format);
            assert_eq!(
                (lines(&text, "waiting"), lines(&text, "running")),
                (String::new(), "running 1\n".into())
            );
        }
    });
    assert_eq!(
        log.matches("the metric is not shown: a line of it is not OpenMetrics text").count(),
        1,
        "{log}"
    );
}

#[tokio::test]
async fn a_runtime_of_tokio_is_a_source() {
    let telemetry = Telemetry::builder().build().unwrap();
    telemetry.register(tokio::runtime::Handle::current());
    let waiting = tokio::spawn(std::future::pending::<()>());
    let text = telemetry.metrics(MetricsFormat::Text);
    waiting.abort();
    assert_eq!(lines(&text, "tokio_workers"), "tokio_workers 1\n");
    assert_eq!(lines(&text, "tokio_alive_tasks"), "tokio_alive_tasks 1\n");
    assert!(lines(&text, "tokio_global_queue_depth").starts_with("tokio_global_queue_depth "));
    assert!(text.contains("# TYPE tokio_worker_busy_seconds_total counter\n"), "{text}");
}
