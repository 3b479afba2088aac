//! Where the testing kit finds spans.

use opentelemetry_sdk::trace::SpanData;

use super::{KeptSpans, TestTelemetry};

/// Where spans are found that have ended.
pub trait Recorded {
    /// All of them.
    fn recorded(&self) -> Vec<SpanData>;
}

impl Recorded for TestTelemetry {
    fn recorded(&self) -> Vec<SpanData> {
        self.spans()
    }
}

impl Recorded for KeptSpans {
    fn recorded(&self) -> Vec<SpanData> {
        self.spans()
    }
}

impl Recorded for [SpanData] {
    fn recorded(&self) -> Vec<SpanData> {
        self.to_vec()
    }
}

impl Recorded for Vec<SpanData> {
    fn recorded(&self) -> Vec<SpanData> {
        self.clone()
    }
}

impl<R: Recorded + ?Sized> Recorded for &R {
    fn recorded(&self) -> Vec<SpanData> {
        (**self).recorded()
    }
}
