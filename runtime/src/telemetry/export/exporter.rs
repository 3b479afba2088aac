//! What a lane asks of an exporter.

use std::any::type_name;
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::cutoff::Cutoff;

/// An exporter as an object, used by the one thread that sends to it.
pub(crate) trait ErasedExporter: Send {
    /// The value of the `exporter` label.
    fn name(&self) -> &'static str;
    fn set_resource(&mut self, resource: &Resource);
    /// Makes of a batch what can be tried to export, as often as it takes.
    fn prepare(&self, batch: Vec<SpanData>) -> Attempt<'_>;
    /// Hands on what it has taken and may have kept for itself.
    fn force_flush(&self) -> OTelSdkResult;
    fn shutdown(&self) -> OTelSdkResult;
}

/// One more attempt to export a batch. It may be given up at the cutoff.
pub(crate) type Attempt<'e> = Box<dyn FnMut(&Cutoff) -> Answer + 'e>;

/// What became of one attempt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The batch has arrived, without so many of its spans.
    Taken { rejected: usize },
    /// No answer, or one that asks to try again; `after` some time, if it said so.
    #[cfg_attr(not(any(feature = "otlp", test)), expect(dead_code, reason = "only OTLP asks for it"))]
    Retry { after: Option<Duration>, why: String },
    /// No, for good.
    Refused { why: String },
}

/// Any exporter of the OpenTelemetry SDK. It knows best how often to try; its futures are run to their end.
impl<E: SpanExporter + 'static> ErasedExporter for E {
    fn name(&self) -> &'static str {
        last_segment(type_name::<E>())
    }

    fn set_resource(&mut self, resource: &Resource) {
        SpanExporter::set_resource(self, resource);
    }

    fn prepare(&self, batch: Vec<SpanData>) -> Attempt<'_> {
        let mut batch = Some(batch);
        Box::new(move |_| {
            let batch = batch.take().unwrap_or_default();
            match futures_executor::block_on(SpanExporter::export(self, batch)) {
                Ok(()) => Answer::Taken { rejected: 0 },
                Err(error) => Answer::Refused { why: error.to_string() },
            }
        })
    }

    fn force_flush(&self) -> OTelSdkResult {
        SpanExporter::force_flush(self)
    }

    fn shutdown(&self) -> OTelSdkResult {
        SpanExporter::shutdown(self)
    }
}

/// Of a type's path, its own name.
fn last_segment(path: &'static str) -> &'static str {
    let without_arguments = path.split('<').next().unwrap_or(path);
    without_arguments.rsplit("::").next().unwrap_or(without_arguments)
}

#[cfg(test)]
mod tests {
    use super::last_segment;

    #[test]
    fn a_type_is_named_without_its_path_and_its_arguments() {
        assert_eq!(last_segment("spanweave::testing::KeptSpans"), "KeptSpans");
        assert_eq!(last_segment("bench::Counted<bench::sink::Sink>"), "Counted");
        assert_eq!(last_segment("Sink"), "Sink");
    }
}
