//! Which headers carry contexts from process to process.

/// Which headers are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Propagators {
    /// `traceparent` and `tracestate`.
    pub(crate) tracecontext: bool,
    /// `baggage`.
    pub(crate) baggage: bool,
}

impl Default for Propagators {
    fn default() -> Propagators {
        Propagators { tracecontext: true, baggage: true }
    }
}
