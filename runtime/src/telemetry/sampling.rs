//! Which traces are sampled, decided at their root.

mod head;
mod ratio;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

pub(crate) use self::head::Sampling;
pub(super) use self::ratio::{bound, is_within, ratio_of};

const DEFAULT_RATIO: f64 = 0.1;

/// Which new traces are recorded from their start; given to [`TelemetryBuilder::sampler`](crate::TelemetryBuilder::sampler).
/// By default it is a ratio of 0.1.
///
/// A request that comes with a decision of its caller follows that instead, unless parents are ignored. The ratio is read off the
/// trace's id as OpenTelemetry's SDKs for Rust and Go do it: of the same trace, services of one ratio that use these decide
/// the same. Other SDKs, as that for Java, read it off otherwise, so what is called should follow its caller there, too: the
/// samplers whose names begin with `parentbased_`.
///
/// ```
/// use spanweave::{Sampler, Telemetry};
///
/// let sampler = Sampler::ratio(0.01).ignoring_parents().root("GET /api/poll/", 0.0);
/// let telemetry = Telemetry::builder().sampler(sampler).build()?;
/// # Ok::<(), spanweave::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a sampler does nothing until a handle is built with it"]
pub struct Sampler {
    ratio: f64,
    roots: BTreeMap<Cow<'static, str>, f64>,
    respects_parents: bool,
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
        Sampler { ratio, roots: BTreeMap::new(), respects_parents: true }
    }

    /// Also for requests that come with a decision of their caller; OpenTelemetry's samplers without `parentbased_`.
    pub fn ignoring_parents(mut self) -> Sampler {
        self.respects_parents = false;
        self
    }

    /// A ratio of their own for the roots of this name: `GET /api/poll/` for a request. What the environment says of sampling,
    /// `DEBUG` too, is of the others.
    pub fn root(mut self, name: impl Into<Cow<'static, str>>, ratio: f64) -> Sampler {
        self.roots.insert(name.into(), ratio);
        self
    }

    /// With the ratios of single roots that another one has.
    pub(super) fn with_roots_of(self, other: &Sampler) -> Sampler {
        Sampler { roots: other.roots.clone(), ..self }
    }

    /// Every ratio, with the method that sets it.
    pub(super) fn ratios(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let of_roots = self.roots.values().map(|ratio| ("Sampler::root", *ratio));
        [("Sampler::ratio", self.ratio)].into_iter().chain(of_roots)
    }
}

impl fmt::Display for Sampler {
    /// By OpenTelemetry's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.respects_parents {
            f.write_str("parentbased_")?;
        }
        match bound(self.ratio) {
            0 => f.write_str("always_off")?,
            ratio::RANGE => f.write_str("always_on")?,
            bound => write!(f, "traceidratio {}", ratio_of(bound))?,
        }
        self.roots.iter().try_for_each(|(name, ratio)| write!(f, "; {name}: {ratio}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Sampler;

    #[test]
    fn samplers_are_called_what_opentelemetry_calls_them() {
        for (sampler, name) in [
            (Sampler::always_on(), "parentbased_always_on"),
            (Sampler::ratio(-1.0).ignoring_parents(), "always_off"),
            (Sampler::ratio(f64::NAN), "parentbased_always_off"),
            (Sampler::default(), "parentbased_traceidratio 0.1"),
            (Sampler::ratio(0.25).ignoring_parents(), "traceidratio 0.25"),
            (Sampler::always_on().root("poll", 0.0), "parentbased_always_on; poll: 0"),
        ] {
            assert_eq!(sampler.to_string(), name);
        }
    }
}
