//! Which trace ids are within a ratio, by the rule of OpenTelemetry's `TraceIdRatioBased`.
//!
//! The specification leaves the rule open. This one is that of the SDKs for Rust and Go: the lower eight bytes of the id,
//! shifted right by one bit, are compared with the ratio.

use crate::ids;

/// The bound that every trace id is below.
pub(super) const RANGE: u64 = 1 << 63;

/// The first trace id, of its lower 64 bits without the last, that a ratio leaves out.
pub(in crate::telemetry) fn bound(ratio: f64) -> u64 {
    if ratio >= 1.0 {
        return RANGE;
    }
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the OpenTelemetry SDK rounds the same way, and both must agree"
    )]
    let bound = (ratio.max(0.0) * RANGE as f64) as u64;
    bound
}

pub(in crate::telemetry) fn is_within(trace_id: u128, bound: u64) -> bool {
    let [_, low] = ids::halves(trace_id);
    (low >> 1) < bound
}

#[expect(clippy::cast_precision_loss, reason = "the bound was made of a float, and is that again")]
pub(in crate::telemetry) fn ratio_of(bound: u64) -> f64 {
    bound as f64 / RANGE as f64
}

#[cfg(test)]
mod tests {
    use opentelemetry::TraceId;
    use opentelemetry::trace::SpanKind;
    use opentelemetry_sdk::trace::{Sampler as SdkSampler, SamplingDecision, ShouldSample};

    use super::{bound, is_within};
    use crate::ids;

    fn sdk_samples(ratio: f64, id: u128) -> bool {
        let (id, kind) = (TraceId::from_bytes(id.to_be_bytes()), SpanKind::Server);
        let result = SdkSampler::TraceIdRatioBased(ratio).should_sample(None, id, "", &kind, &[], &[]);
        result.decision == SamplingDecision::RecordAndSample
    }

    #[test]
    fn agrees_with_the_opentelemetry_sdk() {
        for ratio in [0.0, 0.1, 0.5, 0.999, 1.0] {
            for _ in 0..2_000 {
                let id = ids::whole([ids::next(), ids::next()]);
                assert_eq!(is_within(id, bound(ratio)), sdk_samples(ratio, id), "{ratio} {id:x}");
            }
        }
    }

    /// That of the SDK for Java, from 0.0 to 1.0.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "Java does so")]
    fn java_samples(ratio: f64, low: u64) -> bool {
        let bound = (ratio * i64::MAX as f64) as i64;
        low.cast_signed().wrapping_abs() < bound
    }

    #[test]
    fn ids_at_the_bound_are_told_apart_and_not_every_sdk_does_it_here() {
        for (ratio, low, expected, in_java) in [
            (0.1, 0x1999_9999_9999_99ff, true, false),
            (0.1, 0x1999_9999_9999_9a00, false, false),
            (0.1, 0x0ccc_cccc_cccc_ccff, true, true),
            (0.5, 0x7fff_ffff_ffff_ffff, true, false),
            (0.5, 0x8000_0000_0000_0000, false, true),
            (0.5, 0x3fff_ffff_ffff_ffff, true, true),
            (0.1, u64::MAX, false, true),
            (0.5, u64::MAX, false, true),
        ] {
            let id = ids::whole([7, low]);
            let decided = (is_within(id, bound(ratio)), sdk_samples(ratio, id), java_samples(ratio, low));
            assert_eq!(decided, (expected, expected, in_java), "{ratio} {low:x}");
        }
    }
}
