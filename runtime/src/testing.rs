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

use std::collections::HashMap;
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

const FLUSH_TIMEOUT: Duration = Duration::from_secs(30);

/// Telemetry that keeps every trace, in memory. It derefs to [`Telemetry`].
#[derive(Debug)]
pub struct TestTelemetry {
    telemetry: Telemetry,
    exported: Exported,
}

impl TestTelemetry {
    /// New telemetry, apart from all other.
    ///
    /// # Panics
    /// When the process has made 4,095 telemetry handles, or starts no more threads.
    #[must_use]
    pub fn new() -> TestTelemetry {
        let exported = Exported::default();
        let telemetry = Telemetry::builder()
            .service_name("test")
            .sampling_ratio(1.0)
            .exporter(exported.clone())
            .build()
            .expect("a test can make a telemetry handle");
        TestTelemetry { telemetry, exported }
    }

    /// The spans that have ended, as OpenTelemetry has them, in the order of their export.
    ///
    /// # Panics
    /// When the exporter's thread does not answer within half a minute.
    pub fn spans(&self) -> Vec<SpanData> {
        assert!(self.telemetry.flush(FLUSH_TIMEOUT), "the exporter's thread does not answer");
        self.exported.0.lock().clone()
    }

    /// The traces that have ended, one after the other, as indented text: a line per span, children under their
    /// parent in the order of their start, and the outcome where it was not `ok`.
    ///
    /// ```text
    /// GET /api/tasks/
    ///   TaskService.list_tasks [error: AppError]
    ///     TaskRepository.for_residences [error: sqlx_core::error::Error]
    ///       SELECT tasks [error: RowNotFound]
    /// ```
    ///
    /// # Panics
    /// When the exporter's thread does not answer within half a minute.
    pub fn span_tree(&self) -> String {
        render(&self.spans(), &|_| String::new())
    }

    /// [`span_tree`](TestTelemetry::span_tree) with those attributes of every span that `keys` names.
    ///
    /// # Panics
    /// When the exporter's thread does not answer within half a minute.
    pub fn span_tree_with(&self, keys: &[&str]) -> String {
        render(&self.spans(), &|span| {
            let attributes = span.attributes.iter().filter(|attribute| keys.contains(&attribute.key.as_str()));
            attributes.fold(String::new(), |mut text, attribute| {
                let _infallible = write!(text, " {}={}", attribute.key, attribute.value);
                text
            })
        })
    }

    /// The metrics, without those that depend on time: bucket counts and sums are left out.
    pub fn metrics_text(&self) -> String {
        let depends_on_time = |line: &&str| {
            let name = line.split(['{', ' ']).next().unwrap_or_default();
            name.ends_with("_bucket") || name.ends_with("_sum")
        };
        let text = self.telemetry.metrics_text();
        text.lines().filter(|line| !depends_on_time(line)).fold(String::new(), |text, line| text + line + "\n")
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

#[derive(Clone, Debug, Default)]
struct Exported(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Exported {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().extend(batch);
        Ok(())
    }
}

/// Renders spans of any number of traces, roots in the order of their start. A span whose parent is not among them
/// is a root.
pub fn render_spans(spans: &[SpanData]) -> String {
    render(spans, &|_| String::new())
}

fn render(spans: &[SpanData], suffix: &dyn Fn(&SpanData) -> String) -> String {
    let ids: HashMap<SpanId, &SpanData> = spans.iter().map(|span| (span.span_context.span_id(), span)).collect();
    let mut children: HashMap<SpanId, Vec<&SpanData>> = HashMap::new();
    for span in spans {
        let parent = span.parent_span_id;
        let parent = if ids.contains_key(&parent) { parent } else { SpanId::INVALID };
        children.entry(parent).or_default().push(span);
    }
    for siblings in children.values_mut() {
        siblings.sort_by_key(|span| span.start_time);
    }
    let mut text = String::new();
    render_children(&mut text, &children, SpanId::INVALID, 0, suffix);
    text
}

fn render_children(
    text: &mut String,
    children: &HashMap<SpanId, Vec<&SpanData>>,
    parent: SpanId,
    depth: usize,
    suffix: &dyn Fn(&SpanData) -> String,
) {
    for span in children.get(&parent).into_iter().flatten() {
        let line = format!("{:width$}{}{}{}", "", span.name, outcome(span), suffix(span), width = 2 * depth);
        text.push_str(&line);
        text.push('\n');
        render_children(text, children, span.span_context.span_id(), depth + 1, suffix);
    }
}

fn outcome(span: &SpanData) -> String {
    let attribute = |key: &str| {
        span.attributes.iter().find(|attribute| attribute.key.as_str() == key).map(|found| found.value.as_str())
    };
    match (&span.status, attribute("outcome").as_deref()) {
        (Status::Error { .. }, Some("panicked")) => " [panicked]".to_owned(),
        (Status::Error { .. }, _) => format!(" [error: {}]", attribute(ERROR_TYPE).unwrap_or_default()),
        (_, Some("cancelled")) => " [cancelled]".to_owned(),
        _ => String::new(),
    }
}
