//! Which traces are kept although sampling left them out, decided when their root ends.

mod decide;
mod per_second;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

pub(crate) use self::decide::{Decision, Keeping, KeptFor, LeftOut};

const SLOW: Duration = Duration::from_secs(1);
const PER_SECOND: u32 = 100;
/// An answer rather than a failure, for most who ask for a row.
const NO_FAILURE: &str = "row_not_found";

/// Which traces are kept although sampling left them out: those that failed, and those that were slow.
///
/// By default a trace is kept if it holds a panic, an error other than `row_not_found` or a cancellation, or took longer than
/// a second, and at most 100 traces a second are. A response of 500 or more is an error.
///
/// It is decided when the root ends, from what this process has seen of the trace; until then the spans of every trace
/// wait in memory. Another service that the trace went through has made its own decision: what was left out there
/// is not brought back.
///
/// Each rule has a rate, from 0.0 for never to 1.0 for always; others are an error when the handle is built. Whether a trace is
/// within it is read off the trace's id, as for [`Sampler::ratio`](crate::Sampler::ratio): at a rate of 0.5, half of the
/// traces that the rule holds for are kept, those that are sampled among them.
///
/// ```
/// use std::time::Duration;
///
/// use spanweave::{Keep, Telemetry};
///
/// let keep = Keep::default()
///     .except_errors(["not_found", "validation"])
///     .cancellations(0.1)
///     .slower_than(Duration::from_millis(300))
///     .root("POST /api/uploads/", Keep::default().slower_than(Duration::from_secs(30)))
///     .per_second(20);
/// let telemetry = Telemetry::builder().sampling_ratio(0.01).keep(keep).build()?;
/// # Ok::<(), spanweave::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "rules do nothing until a handle is built with them"]
pub struct Keep {
    panics: f64,
    errors: f64,
    cancellations: f64,
    slow: f64,
    slower_than: Option<Duration>,
    except_errors: Vec<Cow<'static, str>>,
    per_second: Option<u32>,
    roots: BTreeMap<Cow<'static, str>, Keep>,
}

impl Default for Keep {
    fn default() -> Keep {
        let failures = Keep::nothing().panics(1.0).errors(1.0).cancellations(1.0);
        failures.except_errors([NO_FAILURE]).slower_than(SLOW)
    }
}

impl Keep {
    /// No rule: sampling alone decides, at the start of a trace, and a trace that is left out costs the least.
    pub fn nothing() -> Keep {
        Keep {
            panics: 0.0,
            errors: 0.0,
            cancellations: 0.0,
            slow: 1.0,
            slower_than: None,
            except_errors: Vec::new(),
            per_second: None,
            roots: BTreeMap::new(),
        }
    }

    /// The rate of traces in which a call panicked.
    pub fn panics(mut self, rate: f64) -> Keep {
        self.panics = rate;
        self
    }

    /// The rate of traces in which a call returned an `Err`.
    pub fn errors(mut self, rate: f64) -> Keep {
        self.errors = rate;
        self
    }

    /// More classes of errors that do not count, as `error.type` has them: of a method the error's
    /// [`ErrorClass`](crate::ErrorClass) or its type, of a request the status, of a root's
    /// [`try_run`](crate::Root::try_run) the error's type, and of [`try_run_classed`](crate::Root::try_run_classed) its class. A trace
    /// whose errors are all among them is not kept for its errors.
    pub fn except_errors(mut self, classes: impl IntoIterator<Item = impl Into<Cow<'static, str>>>) -> Keep {
        self.except_errors.extend(classes.into_iter().map(Into::into));
        self
    }

    /// The rate of traces in which a call was cancelled.
    pub fn cancellations(mut self, rate: f64) -> Keep {
        self.cancellations = rate;
        self
    }

    /// From which time of their root on traces are slow.
    pub fn slower_than(mut self, threshold: Duration) -> Keep {
        self.slower_than = Some(threshold);
        self
    }

    /// The rate of traces that are slow; 1.0 unless it is set, and without a threshold none is.
    pub fn slow(mut self, rate: f64) -> Keep {
        self.slow = rate;
        self
    }

    /// The most traces that are kept by these rules in a second; 100 by default.
    pub fn per_second(mut self, most: u32) -> Keep {
        self.per_second = Some(most);
        self
    }

    fn most_per_second(&self) -> u32 {
        self.per_second.unwrap_or(PER_SECOND)
    }

    /// What the rules of a single root have that only those of a handle can have.
    pub(super) fn misplaced(&self) -> Option<String> {
        self.roots.iter().find_map(|(name, Keep { per_second, roots, .. })| {
            let limit = per_second.map(|_| format!("given a limit per second for {name:?}"));
            limit.or_else(|| (!roots.is_empty()).then(|| format!("given rules for other roots for {name:?}")))
        })
    }

    /// Every rate, with the method that sets it.
    pub(super) fn rates(&self) -> Vec<(&'static str, f64)> {
        let own = [
            ("Keep::panics", self.panics),
            ("Keep::errors", self.errors),
            ("Keep::cancellations", self.cancellations),
            ("Keep::slow", self.slow),
        ];
        own.into_iter().chain(self.roots.values().flat_map(Keep::rates)).collect()
    }

    /// Rules of their own for the roots of this name, in place of these: `GET /api/health/` for a request. What they keep counts
    /// to the same limit per second; a limit, and roots, of their own are an error when the handle is built.
    pub fn root(mut self, name: impl Into<Cow<'static, str>>, rules: Keep) -> Keep {
        self.roots.insert(name.into(), rules);
        self
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_rules(f)?;
        write!(f, ", at most {} a second", self.most_per_second())?;
        self.roots.iter().try_for_each(|(name, rules)| {
            write!(f, "; {name}: ")?;
            rules.fmt_rules(f)
        })
    }
}

impl Keep {
    /// Without what is for all roots.
    fn fmt_rules(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Keep { panics, errors, cancellations, slow, slower_than, except_errors, .. } = self;
        write!(f, "panics {panics}, errors {errors}")?;
        if !except_errors.is_empty() {
            write!(f, " except {}", except_errors.join(" "))?;
        }
        write!(f, ", cancellations {cancellations}")?;
        if let Some(threshold) = slower_than {
            write!(f, ", slower than {threshold:?} {slow}")?;
        }
        Ok(())
    }
}
