//! What tests need: telemetry of their own, the span tree as text, the metrics as text.
//!
//! Every test makes its own [`TestTelemetry`], so tests run in parallel in one process.
//!
//! ```
//! use spanweave::testing::TestTelemetry;
//!
//! let telemetry = TestTelemetry::new();
//! telemetry.root("nightly").in_scope(|_| {});
//! assert_eq!(telemetry.span_tree(), "nightly\n");
//! ```

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use parking_lot::Mutex;

use crate::telemetry::Telemetry;

mod budget;
#[cfg(feature = "otlp-receiver")]
mod receiver;
mod recorded;
mod span;
mod tree;

pub use self::budget::Budget;
#[cfg(all(feature = "otlp-receiver", feature = "otlp-logs"))]
pub use self::receiver::ReceivedLogRecord;
#[cfg(feature = "otlp-receiver")]
pub use self::receiver::{Answer, OtlpReceiver, ReceivedRequest};
pub use self::recorded::Recorded;
pub use self::span::RecordedSpan;
pub use self::tree::span_tree;
use self::tree::span_tree_with_events;

const FLUSH_TIMEOUT: Duration = Duration::from_secs(30);

/// Telemetry that keeps every trace, in memory. It derefs to [`Telemetry`].
#[derive(Debug)]
pub struct TestTelemetry {
    telemetry: Telemetry,
    kept: KeptSpans,
}

impl TestTelemetry {
    /// New telemetry, apart from all other.
    ///
    /// # Panics
    /// When the process has made 4,095 telemetry handles, or starts no more threads.
    #[must_use]
    pub fn new() -> TestTelemetry {
        let kept = KeptSpans::new();
        let telemetry = Telemetry::builder()
            .service_name("test")
            .sampling_ratio(1.0)
            .exporter(kept.clone())
            .build()
            .expect("a test can make a telemetry handle");
        TestTelemetry { telemetry, kept }
    }

    /// The spans that have ended, as OpenTelemetry has them, in the order of their export.
    ///
    /// # Panics
    /// When the exporter's thread does not answer within half a minute.
    pub fn spans(&self) -> Vec<SpanData> {
        self.settle();
        self.kept.spans()
    }

    /// Takes the spans that have ended, so that what is looked at afterwards begins here: behind a sign-up that a test needs and
    /// is not about. Metrics go on counting.
    ///
    /// ```
    /// use spanweave::assert_budget;
    /// use spanweave::testing::TestTelemetry;
    ///
    /// let telemetry = TestTelemetry::new();
    /// telemetry.root("POST /users/").in_scope(|_| {});
    /// telemetry.take();
    /// telemetry.root("GET /users/{id}").in_scope(|_| {});
    /// assert_budget!(telemetry, spans == 1);
    /// assert_eq!(telemetry.span_tree(), "GET /users/{id}\n");
    /// ```
    ///
    /// # Panics
    /// When the exporter's thread does not answer within half a minute.
    pub fn take(&self) -> Vec<SpanData> {
        self.settle();
        self.kept.take()
    }

    /// Has everything exported that has ended by now.
    fn settle(&self) {
        assert!(self.telemetry.flush(FLUSH_TIMEOUT), "the exporter's thread does not answer");
    }

    /// The traces that have ended, one after the other, as indented text: a line per span, children under their
    /// parent in the order of their start, and the outcome where it was not `ok`.
    ///
    /// ```text
    /// GET /api/tasks/ [error: 500]
    ///   TaskService.list_tasks [error: AppError]
    ///     TaskRepository.for_residences [error: database]
    ///       SELECT tasks [error: database]
    /// ```
    ///
    /// # Panics
    /// When the exporter's thread does not answer within half a minute.
    pub fn span_tree(&self) -> String {
        span_tree(&self.spans(), &[])
    }

    /// [`span_tree`](TestTelemetry::span_tree) with those attributes of every span that `keys` names.
    ///
    /// # Panics
    /// When the exporter's thread does not answer within half a minute.
    pub fn span_tree_with(&self, keys: &[&str]) -> String {
        span_tree(&self.spans(), keys)
    }

    /// The one span of this name.
    ///
    /// # Panics
    /// When there is none of the name, or more than one, or the exporter's thread does not answer within half a minute.
    #[track_caller]
    pub fn span(&self, name: &str) -> RecordedSpan {
        RecordedSpan::named(self, name)
    }

    /// [`span_tree`](TestTelemetry::span_tree) with the events of every span below it: a line for each, `- ` and its name.
    ///
    /// # Panics
    /// When the exporter's thread does not answer within half a minute.
    pub fn span_tree_with_events(&self) -> String {
        span_tree_with_events(&self.spans())
    }

    /// The metrics of what was called, as OpenMetrics 1.0 text, without what depends on time: bucket counts and sums are left
    /// out, and how the export goes. What has ended by now is counted as exported.
    ///
    /// # Panics
    /// When the exporter's thread does not answer within half a minute.
    pub fn metrics_text(&self) -> String {
        let depends_on_time = |line: &&str| {
            let name = line.split(['{', ' ']).next().unwrap_or_default();
            let of_export = line.trim_start_matches("# HELP ").trim_start_matches("# TYPE ");
            name.ends_with("_bucket")
                || name.ends_with("_sum")
                || of_export.trim_start_matches("# UNIT ").starts_with("spanweave_export_")
        };
        self.settle();
        let text = self.telemetry.called_metrics_text();
        text.lines()
            .filter(|line| !depends_on_time(line))
            .fold(String::new(), |text, line| text + line + "\n")
    }
}

impl Default for TestTelemetry {
    fn default() -> TestTelemetry {
        TestTelemetry::new()
    }
}

impl Deref for TestTelemetry {
    type Target = Telemetry;

    fn deref(&self) -> &Telemetry {
        &self.telemetry
    }
}

/// An exporter that keeps the spans it is given, in memory. Clones share them.
///
/// ```
/// use spanweave::{Telemetry, testing::KeptSpans};
///
/// let kept = KeptSpans::new();
/// let telemetry = Telemetry::builder().sampling_ratio(1.0).exporter(kept.clone()).build()?;
/// # Ok::<(), spanweave::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct KeptSpans(Arc<Mutex<Vec<SpanData>>>);

impl KeptSpans {
    /// An exporter that has no spans yet.
    #[must_use]
    pub fn new() -> KeptSpans {
        KeptSpans::default()
    }

    /// What was exported so far and not taken.
    pub fn spans(&self) -> Vec<SpanData> {
        self.0.lock().clone()
    }

    /// Takes what was exported since the last time.
    #[must_use]
    pub fn take(&self) -> Vec<SpanData> {
        std::mem::take(&mut *self.0.lock())
    }
}

impl SpanExporter for KeptSpans {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().extend(batch);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::TestTelemetry;

    #[test]
    fn the_metrics_count_what_has_just_ended_as_exported() {
        for _ in 0..20 {
            let telemetry = TestTelemetry::new();
            telemetry.root("nightly").in_scope(|_| {});
            let text = telemetry.metrics_text();
            assert!(text.contains("spanweave_spans_exported_total{exporter=\"KeptSpans\"} 1\n"), "{text}");
        }
    }

    #[test]
    fn what_was_taken_is_looked_at_no_more() {
        let telemetry = TestTelemetry::new();
        telemetry.root("sign-up").in_scope(|_| {});
        assert_eq!(telemetry.take().len(), 1);
        telemetry.root("request").in_scope(|_| {});
        assert_eq!(telemetry.span_tree(), "request\n");
    }
}
