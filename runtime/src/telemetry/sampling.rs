//! Which traces are kept, decided at their root.

/// A ratio of new traces, with the decision of a remote parent respected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sampling {
    /// Trace ids whose lower 63 bits are below it are kept.
    bound: u64,
}

use crate::ids;

const RANGE: u64 = 1 << 63;
const DEFAULT_RATIO: f64 = 0.1;

impl Default for Sampling {
    fn default() -> Sampling {
        Sampling::ratio(DEFAULT_RATIO)
    }
}

impl Sampling {
    pub(crate) fn ratio(ratio: f64) -> Sampling {
        if ratio >= 1.0 {
            return Sampling { bound: RANGE };
        }
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the OpenTelemetry SDK rounds the same way, and both must agree"
        )]
        let bound = (ratio.max(0.0) * RANGE as f64) as u64;
        Sampling { bound }
    }

    /// The rule of OpenTelemetry's `TraceIdRatioBased`: the lower eight bytes of the id, shifted right by one bit,
    /// are compared with the ratio.
    pub(crate) fn samples(self, trace_id: u128, parent: Option<bool>) -> bool {
        let [_, low] = ids::halves(trace_id);
        parent.unwrap_or((low >> 1) < self.bound)
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::TraceId;
    use opentelemetry::trace::SpanKind;
    use opentelemetry_sdk::trace::{Sampler, SamplingDecision, ShouldSample};

    use super::Sampling;
    use crate::ids;

    #[test]
    fn agrees_with_the_opentelemetry_sdk() {
        for ratio in [0.0, 0.1, 0.5, 0.999, 1.0] {
            let sdk = Sampler::TraceIdRatioBased(ratio);
            for _ in 0..2_000 {
                let id = ids::whole([ids::next(), ids::next()]);
                let theirs = sdk.should_sample(
                    None,
                    TraceId::from_bytes(id.to_be_bytes()),
                    "",
                    &SpanKind::Server,
                    &[],
                    &[],
                );
                let kept = theirs.decision == SamplingDecision::RecordAndSample;
                assert_eq!(Sampling::ratio(ratio).samples(id, None), kept, "{ratio} {id:x}");
            }
        }
    }

    #[test]
    fn a_parents_decision_is_respected() {
        assert!(Sampling::ratio(0.0).samples(1, Some(true)));
        assert!(!Sampling::ratio(1.0).samples(1, Some(false)));
    }
}
