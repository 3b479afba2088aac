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

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::SpanId;
use opentelemetry::trace::Status;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use opentelemetry_semantic_conventions::attribute::ERROR_TYPE;
use parking_lot::Mutex;

use crate::telemetry::Telemetry;

mod budget;

pub use self::budget::{Budget, Recorded};

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
        assert!(self.telemetry.flush(FLUSH_TIMEOUT), "the exporter's thread does not answer");
        self.kept.spans()
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

    /// The metrics, without those that depend on time: bucket counts and sums are left out.
    pub fn metrics_text(&self) -> String {
        let depends_on_time = |line: &&str| {
            let name = line.split(['{', ' ']).next().unwrap_or_default();
            name.ends_with("_bucket") || name.ends_with("_sum")
        };
        let text = self.telemetry.metrics_text();
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

/// Spans of any number of traces as indented text, roots in the order of their start, with those attributes that
/// `keys` names. A span whose parent is not among the spans is a root.
pub fn span_tree(spans: &[SpanData], keys: &[&str]) -> String {
    let ids: HashSet<SpanId> = spans.iter().map(|span| span.span_context.span_id()).collect();
    let mut children: HashMap<SpanId, Vec<&SpanData>> = HashMap::new();
    for span in spans {
        let parent = span.parent_span_id;
        let parent = if ids.contains(&parent) { parent } else { SpanId::INVALID };
        children.entry(parent).or_default().push(span);
    }
    for siblings in children.values_mut() {
        siblings.sort_by_key(|span| span.start_time);
    }
    let mut tree = Tree { children, keys, text: String::new() };
    tree.render(SpanId::INVALID, 0);
    tree.text
}

struct Tree<'s> {
    children: HashMap<SpanId, Vec<&'s SpanData>>,
    keys: &'s [&'s str],
    text: String,
}

impl Tree<'_> {
    fn render(&mut self, parent: SpanId, depth: usize) {
        for span in self.children.remove(&parent).into_iter().flatten() {
            self.text.extend(std::iter::repeat_n("  ", depth));
            self.text.push_str(&span.name);
            self.text.push_str(&outcome(span));
            for attribute in span.attributes.iter().filter(|found| self.keys.contains(&found.key.as_str())) {
                let _infallible = write!(self.text, " {}={}", attribute.key, attribute.value);
            }
            self.text.push('\n');
            self.render(span.span_context.span_id(), depth + 1);
        }
    }
}

fn outcome(span: &SpanData) -> String {
    let attribute = |key: &str| {
        span.attributes
            .iter()
            .find(|attribute| attribute.key.as_str() == key)
            .map(|found| found.value.as_str())
    };
    match (&span.status, attribute("outcome").as_deref()) {
        (Status::Error { .. }, Some("panicked")) => " [panicked]".to_owned(),
        (Status::Error { .. }, _) => format!(" [error: {}]", attribute(ERROR_TYPE).unwrap_or_default()),
        (_, Some("cancelled")) => " [cancelled]".to_owned(),
        (_, Some("no_row")) => " [no row]".to_owned(),
        (_, Some("rolled_back")) => " [rolled back]".to_owned(),
        _ => String::new(),
    }
}
