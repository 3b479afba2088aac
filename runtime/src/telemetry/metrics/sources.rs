//! Metrics of the application's own, on the same page.

use std::collections::HashSet;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};

use parking_lot::Mutex;
use prometheus_client::registry::Registry;

use super::page::LeftOut;

/// Metrics that are not spanweave's, shown on its page: see [`Telemetry::register`](crate::Telemetry::register).
///
/// A registry of `prometheus-client` 0.25 is one, also behind an `Arc`, a `Mutex` or both; with the feature `prometheus`, one of
/// `prometheus` 0.14, too, and with `otlp` a runtime of tokio, by its `Handle`. Anything else can implement it:
///
/// ```
/// use spanweave::{MetricsSource, Telemetry};
///
/// struct Queue;
///
/// impl MetricsSource for Queue {
///     fn openmetrics(&self) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
///         Ok("# HELP queue_length Jobs that wait.\n# TYPE queue_length gauge\nqueue_length 3\n".to_owned())
///     }
/// }
///
/// let telemetry = Telemetry::builder().build()?;
/// telemetry.register(Queue);
/// assert!(telemetry.metrics_text().contains("queue_length 3\n"));
/// # Ok::<(), spanweave::ConfigError>(())
/// ```
pub trait MetricsSource: Send + Sync + 'static {
    /// The metrics as they are now, as OpenMetrics 1.0 text, with or without `# EOF` at its end. Every family starts with its
    /// metadata.
    ///
    /// Called for each scrape, on its thread.
    ///
    /// # Errors
    /// When the metrics cannot be had. The page is then without them, and the log says so once.
    fn openmetrics(&self) -> Result<String, Box<dyn Error + Send + Sync>>;
}

impl MetricsSource for Registry {
    fn openmetrics(&self) -> Result<String, Box<dyn Error + Send + Sync>> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode_registry(&mut text, self)?;
        Ok(text)
    }
}

impl<S: MetricsSource + ?Sized> MetricsSource for Arc<S> {
    fn openmetrics(&self) -> Result<String, Box<dyn Error + Send + Sync>> {
        (**self).openmetrics()
    }
}

impl<S: MetricsSource + ?Sized> MetricsSource for std::sync::Mutex<S> {
    fn openmetrics(&self) -> Result<String, Box<dyn Error + Send + Sync>> {
        self.lock().unwrap_or_else(PoisonError::into_inner).openmetrics()
    }
}

/// A handle's sources.
#[derive(Default)]
pub(crate) struct Sources {
    sources: Mutex<Vec<Arc<dyn MetricsSource>>>,
    /// What was logged of them, so that it is not with every scrape.
    said: Mutex<HashSet<String>>,
}

/// The most that is said of a handle's sources.
const MAX_SAID: usize = 256;

impl Sources {
    pub(in crate::telemetry) fn add(&self, source: impl MetricsSource) {
        self.sources.lock().push(Arc::new(source));
    }

    /// Drops them, for a handle that is gone.
    pub(in crate::telemetry) fn release(&self) {
        let released = std::mem::take(&mut *self.sources.lock());
        // It is foreign code, which may ask for the lock.
        drop(released);
    }

    /// What all of them say, as far as they do.
    pub(super) fn read(&self) -> Vec<String> {
        let sources = self.sources.lock().clone();
        let read = |(number, source): (usize, &Arc<dyn MetricsSource>)| {
            let text = read(&**source);
            if let Err(error) = &text
                && self.is_news(format!("source {number}"))
            {
                tracing::warn!(source = number, error, "a source of metrics is not shown");
            }
            text.ok()
        };
        sources.iter().enumerate().filter_map(read).collect()
    }

    /// Says once of each metric that it is not on the page.
    pub(super) fn say(&self, left_out: Vec<LeftOut>) {
        for LeftOut { family: metric, reason } in left_out {
            if self.is_news(format!("metric {metric}")) {
                tracing::warn!(metric, "the metric is not shown: {reason}");
            }
        }
    }

    fn is_news(&self, said: String) -> bool {
        let mut known = self.said.lock();
        known.len() < MAX_SAID && known.insert(said)
    }
}

/// Asks a source, whose panic must not take the page with it.
fn read(source: &dyn MetricsSource) -> Result<String, String> {
    match catch_unwind(AssertUnwindSafe(|| source.openmetrics())) {
        Ok(text) => text.map_err(|error| error.to_string()),
        Err(_) => Err("it panicked".to_owned()),
    }
}
