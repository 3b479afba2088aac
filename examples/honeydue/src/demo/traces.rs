//! The traces and the numbers of both processes, as text.

use std::io::{self, Write};
use std::time::Duration;

use opentelemetry::SpanId;
use opentelemetry_sdk::trace::SpanData;
use spanweave::Telemetry;
use spanweave::testing::{KeptSpans, span_tree};

use crate::error::StartError;

/// Shown behind the names of spans.
const ATTRIBUTES: [&str; 10] = [
    "http.response.status_code",
    "job.attempt",
    "bucket",
    "mime_type",
    "size_bytes",
    "result",
    "topic",
    "status_code",
    "reason",
    "spanweave.slow",
];
const PATIENCE: Duration = Duration::from_secs(20);
const A_MOMENT: Duration = Duration::from_millis(20);
/// More than it takes where nobody else has to answer.
const FLUSH: Duration = Duration::from_millis(500);

/// What both processes have recorded.
pub(super) struct Traces {
    pub(super) api: Telemetry,
    pub(super) worker: Telemetry,
    pub(super) kept: KeptSpans,
}

impl Traces {
    /// Forgets all that has been recorded so far.
    pub(super) async fn forget(&self) {
        self.flush().await;
        let _forgotten = self.kept.take();
    }

    /// Waits until a trace has so many spans of the name, and prints it.
    pub(super) async fn show(&self, heading: &str, awaited: (&str, usize)) -> Result<(), StartError> {
        let trace = tokio::time::timeout(PATIENCE, self.trace(awaited)).await;
        let trace = trace.map_err(|_| format!("{heading}: no trace has {} x {}", awaited.1, awaited.0))?;
        let tree = span_tree(&trace, &ATTRIBUTES);
        let tree = tree.trim_end().replace('\n', "\n    ");
        writeln!(io::stdout(), "{heading}:\n\n    {tree}\n")?;
        self.forget().await;
        Ok(())
    }

    async fn trace(&self, awaited: (&str, usize)) -> Vec<SpanData> {
        loop {
            self.flush().await;
            if let Some(trace) = first_trace_with(awaited, &self.kept.spans()) {
                return trace;
            }
            tokio::time::sleep(A_MOMENT).await;
        }
    }

    /// Flushing blocks its thread. Whoever else the traces are exported to may take their time.
    async fn flush(&self) {
        let handles = [self.api.clone(), self.worker.clone()];
        let flush = move || handles.map(|telemetry| telemetry.flush(FLUSH));
        let _all_exported = tokio::task::spawn_blocking(flush).await;
    }

    /// Every method of both processes.
    pub(super) fn print_methods(&self) -> io::Result<()> {
        let mut to = io::stdout();
        for (process, telemetry) in [("API", &self.api), ("worker", &self.worker)] {
            writeln!(to, "Every method that the {process} has called:\n")?;
            writeln!(
                to,
                "    {:<42} {:>6} {:>7} {:>10} {:>10} {:>10}",
                "method", "calls", "errors", "cancelled", "p50", "p99"
            )?;
            for method in telemetry.methods().into_iter().filter(|method| method.calls > 0) {
                writeln!(
                    to,
                    "    {:<42} {:>6} {:>7} {:>10} {:>10} {:>10}",
                    format!("{}.{}", method.type_name, method.method),
                    method.calls,
                    method.errors,
                    method.cancelled,
                    at_most(method.p50),
                    at_most(method.p99),
                )?;
            }
            writeln!(to)?;
        }
        Ok(())
    }
}

/// What the clock asks of the worker meanwhile has traces of its own.
fn first_trace_with((name, times): (&str, usize), spans: &[SpanData]) -> Option<Vec<SpanData>> {
    let roots = spans.iter().filter(|span| span.parent_span_id == SpanId::INVALID);
    let mut traces = roots.map(|root| {
        let id = root.span_context.trace_id();
        spans.iter().filter(move |span| span.span_context.trace_id() == id)
    });
    let awaited = traces.find(|trace| trace.clone().filter(|span| span.name == name).count() >= times)?;
    Some(awaited.cloned().collect())
}

fn at_most(bound: Duration) -> String {
    if bound == Duration::MAX { "> 5s".to_owned() } else { format!("<= {bound:?}") }
}
