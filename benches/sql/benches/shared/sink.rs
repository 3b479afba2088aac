//! Where spans go: they are counted and dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use opentelemetry::trace::SpanKind;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// Counts those of kind `CLIENT`, which are the statements.
#[derive(Clone, Debug, Default)]
pub struct Sink {
    pub statements: Arc<AtomicU64>,
}

impl SpanExporter for Sink {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let statements = batch.iter().filter(|span| span.span_kind == SpanKind::Client).count();
        self.statements.fetch_add(statements as u64, Relaxed);
        Ok(())
    }
}
