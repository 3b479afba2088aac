//! A runtime of tokio as a source of metrics.

use std::error::Error;
use std::fmt::{Display, Write as _};

use tokio::runtime::{Handle, RuntimeMetrics};

use super::sources::MetricsSource;

/// What tokio counts of a runtime in every build. They are named by its methods, and have no labels: a page has one runtime.
impl MetricsSource for Handle {
    fn openmetrics(&self) -> Result<String, Box<dyn Error + Send + Sync>> {
        let (metrics, mut text) = (self.metrics(), String::new());
        let workers = metrics.num_workers();
        push_gauge(&mut text, "tokio_workers", "Threads that run tasks.", workers)?;
        let alive = metrics.num_alive_tasks();
        push_gauge(&mut text, "tokio_alive_tasks", "Tasks that have not ended.", alive)?;
        let queued = metrics.global_queue_depth();
        push_gauge(
            &mut text,
            "tokio_global_queue_depth",
            "Tasks that wait in the queue of all threads.",
            queued,
        )?;
        push_busy(&mut text, &metrics)?;
        Ok(text)
    }
}

/// Its rate by the number of workers is how busy they are.
#[cfg(target_has_atomic = "64")]
fn push_busy(text: &mut String, metrics: &RuntimeMetrics) -> std::fmt::Result {
    let workers = 0..metrics.num_workers();
    let busy: std::time::Duration = workers.map(|worker| metrics.worker_total_busy_duration(worker)).sum();
    writeln!(text, "# HELP tokio_worker_busy_seconds Time that all workers were busy.")?;
    writeln!(text, "# TYPE tokio_worker_busy_seconds counter\n# UNIT tokio_worker_busy_seconds seconds")?;
    writeln!(text, "tokio_worker_busy_seconds_total {:?}", busy.as_secs_f64())
}

#[cfg(not(target_has_atomic = "64"))]
fn push_busy(_: &mut String, _: &RuntimeMetrics) -> std::fmt::Result {
    Ok(())
}

fn push_gauge(text: &mut String, name: &str, help: &str, value: impl Display) -> std::fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}")
}
