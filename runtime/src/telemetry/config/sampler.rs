//! `OTEL_TRACES_SAMPLER` and its argument, and `DEBUG`.

use super::error::Refused;
use super::setting::Setting;
use super::values::switch;
use super::variables::{DEBUG, SAMPLER, SAMPLER_ARG, Variables};
use crate::telemetry::Sampler;

const RATIO: &str = "a number from 0.0 to 1.0";
const SAMPLERS: &str = "`always_on`, `always_off`, `traceidratio`, or one of these after `parentbased_`";

/// A sampler that is named comes first; then the argument, which overrides the ratio on its own; then `DEBUG`.
pub(super) fn read(variables: &Variables<'_>) -> Option<Setting<Sampler>> {
    let debug = variables.one(DEBUG, switch).filter(|debug| debug.value);
    let argument = variables.one(SAMPLER_ARG, ratio);
    let named = variables.one(SAMPLER, |name| sampler(name, argument.map(|ratio| ratio.value)));
    let ratio = argument.map(|Setting { value, origin }| Setting { value: Sampler::ratio(value), origin });
    let all = debug
        .map(|Setting { origin, .. }| Setting { value: Sampler::always_on().ignoring_parents(), origin });
    named.or(ratio).or(all)
}

fn sampler(name: &str, ratio: Option<f64>) -> Result<Sampler, Refused> {
    let lower = name.to_ascii_lowercase();
    let (root, respects_parents) = match lower.strip_prefix("parentbased_") {
        Some(root) => (root, true),
        None => (&*lower, false),
    };
    let sampler = match root {
        "always_on" => Sampler::always_on(),
        "always_off" => Sampler::always_off(),
        "traceidratio" => Sampler::ratio(ratio.unwrap_or(1.0)),
        _ => return Err(Refused::showing(name, SAMPLERS)),
    };
    Ok(if respects_parents { sampler } else { sampler.ignoring_parents() })
}

fn ratio(value: &str) -> Result<f64, Refused> {
    let ratio = value.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    ratio.ok_or_else(|| Refused::showing(value, RATIO))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{read, refused};
    use crate::telemetry::Sampler;

    fn sampler(variables: &[(&str, &str)]) -> Option<Sampler> {
        read(variables).unwrap().sampler.map(|setting| setting.value)
    }

    #[test]
    fn debug_samples_every_trace_and_the_argument_comes_before_it() {
        let every = Some(Sampler::always_on().ignoring_parents());
        for value in ["true", "TRUE", "1", "yes", "on"] {
            assert_eq!(sampler(&[("DEBUG", value)]), every);
        }
        for value in ["false", "0", "no", "Off", ""] {
            assert_eq!(sampler(&[("DEBUG", value)]), None);
        }
        let both = sampler(&[("DEBUG", "true"), ("OTEL_TRACES_SAMPLER_ARG", "0.25")]);
        assert_eq!(both, Some(Sampler::ratio(0.25)));
        let named = sampler(&[("DEBUG", "true"), ("OTEL_TRACES_SAMPLER", "always_off")]);
        assert_eq!(named, Some(Sampler::always_off().ignoring_parents()));
    }

    #[test]
    fn every_sampler_of_opentelemetry_that_needs_no_other_service_is_known() {
        for (name, argument, expected) in [
            ("Always_On", "0.5", Sampler::always_on().ignoring_parents()),
            ("always_off", "0.5", Sampler::always_off().ignoring_parents()),
            ("traceidratio", "0.5", Sampler::ratio(0.5).ignoring_parents()),
            ("traceidratio", "", Sampler::ratio(1.0).ignoring_parents()),
            ("parentbased_always_on", "", Sampler::always_on()),
            ("parentbased_always_off", "", Sampler::always_off()),
            ("parentbased_traceidratio", "0.5", Sampler::ratio(0.5)),
        ] {
            let variables = [("OTEL_TRACES_SAMPLER", name), ("OTEL_TRACES_SAMPLER_ARG", argument)];
            assert_eq!(sampler(&variables), Some(expected), "{name}");
        }
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        for value in ["jaeger_remote", "xray", "parentbased_", "always"] {
            let expected = "`always_on`, `always_off`, `traceidratio`, or one of these after `parentbased_`";
            refused("OTEL_TRACES_SAMPLER", value, &format!("`{value}`; expected {expected}"));
        }
        for value in ["abc", "1.5", "-0.1", "NaN", "inf", "10%"] {
            let message = format!("`{value}`; expected a number from 0.0 to 1.0");
            refused("OTEL_TRACES_SAMPLER_ARG", value, &message);
        }
        for value in ["express:*", "2", "maybe"] {
            let expected = "`true` or `false` (or 1, yes, on; 0, no, off)";
            refused("DEBUG", value, &format!("`{value}`; expected {expected}"));
        }
    }
}
