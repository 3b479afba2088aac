//! Which headers carry a trace from one process to the next.

use std::fmt;

use super::error::Refused;

const NAMES: &str = "`tracecontext` and `baggage` with a comma between them, or `none`";

/// Which of the W3C's headers are read and written; both by default.
///
/// ```
/// use spanweave::{Propagators, Telemetry};
///
/// // A process at the edge, which does not go on with the traces of those who call it.
/// let telemetry = Telemetry::builder().propagators(Propagators::none()).build()?;
/// # Ok::<(), spanweave::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "propagators do nothing until a handle is built with them"]
pub struct Propagators {
    pub(crate) tracecontext: bool,
    pub(crate) baggage: bool,
}

impl Default for Propagators {
    fn default() -> Propagators {
        Propagators { tracecontext: true, baggage: true }
    }
}

impl Propagators {
    /// No header.
    pub fn none() -> Propagators {
        Propagators { tracecontext: false, baggage: false }
    }

    /// Whether `traceparent` and `tracestate` are used.
    pub fn tracecontext(mut self, is_used: bool) -> Propagators {
        self.tracecontext = is_used;
        self
    }

    /// Whether `baggage` is used.
    pub fn baggage(mut self, is_used: bool) -> Propagators {
        self.baggage = is_used;
        self
    }

    pub(super) fn parse(value: &str) -> Result<Propagators, Refused> {
        let lower = value.to_ascii_lowercase();
        let names: Vec<&str> = lower.split(',').map(str::trim).collect();
        if names == ["none"] {
            return Ok(Propagators::none());
        }
        let add = |propagators: Propagators, name: &&str| match *name {
            "tracecontext" => Some(propagators.tracecontext(true)),
            "baggage" => Some(propagators.baggage(true)),
            _ => None,
        };
        let known = names.iter().try_fold(Propagators::none(), add);
        known.ok_or_else(|| Refused::showing(value, NAMES))
    }
}

impl fmt::Display for Propagators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.tracecontext, self.baggage) {
            (true, true) => "tracecontext,baggage",
            (true, false) => "tracecontext",
            (false, true) => "baggage",
            (false, false) => "none",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{read, refused};

    #[test]
    fn a_list_of_propagators_is_read() {
        for (value, expected) in [
            ("tracecontext", "tracecontext"),
            ("Baggage, tracecontext", "tracecontext,baggage"),
            ("baggage,baggage", "baggage"),
            ("none", "none"),
        ] {
            let read = read(&[("OTEL_PROPAGATORS", value)]).unwrap().propagators.unwrap();
            assert_eq!(read.value.to_string(), expected);
        }
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        for value in ["b3", "tracecontext,", "none,baggage"] {
            let expected = "`tracecontext` and `baggage` with a comma between them, or `none`";
            refused("OTEL_PROPAGATORS", value, &format!("`{value}`; expected {expected}"));
        }
    }
}
