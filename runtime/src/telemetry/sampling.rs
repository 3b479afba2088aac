//! Which traces are sampled, decided at their root.

use std::fmt;

use crate::ids;
use crate::telemetry::{KeptFor, LeftOut};

const RANGE: u64 = 1 << 63;
const DEFAULT_RATIO: f64 = 0.1;

/// Which new traces are recorded from their start; given to [`TelemetryBuilder::sampler`](crate::TelemetryBuilder::sampler).
/// By default it is a ratio of 0.1.
///
/// A request that comes with a decision of its caller follows that instead, unless parents are ignored. The ratio is
/// OpenTelemetry's: of the same trace, all services of one ratio decide the same.
///
/// ```
/// use spanweave::{Sampler, Telemetry};
///
/// let telemetry = Telemetry::builder().sampler(Sampler::ratio(0.01).ignoring_parents()).build()?;
/// # Ok::<(), spanweave::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use = "a sampler does nothing until a handle is built with it"]
pub struct Sampler {
    /// Trace ids whose lower 63 bits are below it are sampled.
    bound: u64,
    respects_parents: bool,
    /// As it was asked for.
    pub(super) ratio: f64,
}

impl Default for Sampler {
    fn default() -> Sampler {
        Sampler::ratio(DEFAULT_RATIO)
    }
}

impl Sampler {
    /// Every trace; OpenTelemetry's `parentbased_always_on`.
    pub fn always_on() -> Sampler {
        Sampler::ratio(1.0)
    }

    /// None of the traces that begin here; OpenTelemetry's `parentbased_always_off`.
    pub fn always_off() -> Sampler {
        Sampler::ratio(0.0)
    }

    /// This part of the traces, from 0.0 to 1.0; OpenTelemetry's `parentbased_traceidratio`. Outside of the range
    /// it is an error when the handle is built.
    pub fn ratio(ratio: f64) -> Sampler {
        Sampler { bound: bound(ratio), respects_parents: true, ratio }
    }

    /// Also for requests that come with a decision of their caller; OpenTelemetry's samplers without `parentbased_`.
    pub fn ignoring_parents(mut self) -> Sampler {
        self.respects_parents = false;
        self
    }

    pub(crate) fn samples(self, trace_id: u128, parent: Option<bool>) -> bool {
        match parent {
            Some(sampled) if self.respects_parents => sampled,
            _ => is_within(trace_id, self.bound),
        }
    }

    /// Why a trace was sampled.
    #[inline]
    pub(crate) fn sampled_for(self, has_parent: bool) -> KeptFor {
        match (has_parent && self.respects_parents, self.bound) {
            (true, _) => KeptFor::Parent,
            (false, RANGE) => KeptFor::Always,
            (false, _) => KeptFor::Ratio,
        }
    }

    /// Why a trace was not sampled.
    #[inline]
    pub(crate) fn left_out_for(self, has_parent: bool) -> LeftOut {
        if has_parent && self.respects_parents { LeftOut::Parent } else { LeftOut::Ratio }
    }

    /// The part of the traces that is sampled; `None` where a parent has decided, by a rate of its own.
    pub(crate) fn rate(self, has_parent: bool) -> Option<f64> {
        (!has_parent || !self.respects_parents).then(|| ratio_of(self.bound))
    }
}

/// The first trace id, of its lower 63 bits, that a ratio leaves out.
pub(super) fn bound(ratio: f64) -> u64 {
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

/// The rule of OpenTelemetry's `TraceIdRatioBased`: the lower eight bytes of the id, shifted right by one bit, are
/// compared with the ratio.
pub(super) fn is_within(trace_id: u128, bound: u64) -> bool {
    let [_, low] = ids::halves(trace_id);
    (low >> 1) < bound
}

#[expect(clippy::cast_precision_loss, reason = "the bound was made of a float, and is that again")]
pub(super) fn ratio_of(bound: u64) -> f64 {
    bound as f64 / RANGE as f64
}

impl fmt::Display for Sampler {
    /// By OpenTelemetry's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.respects_parents {
            f.write_str("parentbased_")?;
        }
        match self.bound {
            0 => f.write_str("always_off"),
            RANGE => f.write_str("always_on"),
            bound => write!(f, "traceidratio {}", ratio_of(bound)),
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::TraceId;
    use opentelemetry::trace::SpanKind;
    use opentelemetry_sdk::trace::{Sampler as SdkSampler, SamplingDecision, ShouldSample};

    use super::Sampler;
    use crate::ids;

    #[test]
    fn agrees_with_the_opentelemetry_sdk() {
        for ratio in [0.0, 0.1, 0.5, 0.999, 1.0] {
            let sdk = SdkSampler::TraceIdRatioBased(ratio);
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
                assert_eq!(Sampler::ratio(ratio).samples(id, None), kept, "{ratio} {id:x}");
            }
        }
    }

    #[test]
    fn a_parents_decision_is_respected_unless_it_is_ignored() {
        assert!(Sampler::always_off().samples(1, Some(true)));
        assert!(!Sampler::always_on().samples(1, Some(false)));
        assert!(!Sampler::always_off().ignoring_parents().samples(1, Some(true)));
        assert!(Sampler::always_on().ignoring_parents().samples(1, Some(false)));
    }

    #[test]
    fn samplers_are_called_what_opentelemetry_calls_them() {
        for (sampler, name) in [
            (Sampler::always_on(), "parentbased_always_on"),
            (Sampler::ratio(-1.0).ignoring_parents(), "always_off"),
            (Sampler::ratio(f64::NAN), "parentbased_always_off"),
            (Sampler::default(), "parentbased_traceidratio 0.1"),
            (Sampler::ratio(0.25).ignoring_parents(), "traceidratio 0.25"),
        ] {
            assert_eq!(sampler.to_string(), name);
        }
    }
}
