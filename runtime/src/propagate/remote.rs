//! A context that is not the one that is running: of another process, of OpenTelemetry, or of another trace.

use std::fmt;

use opentelemetry::{SpanId, TraceId};

use super::baggage::Baggage;
use super::{Carried, RemoteParent, TraceState};
use crate::record::LinkRecord;
use crate::telemetry::Propagators;

/// What came with a request or a job: the span that it was sent from, and what its trace carries. Either may be missing.
///
/// [`extract`](crate::propagate::extract) reads it from headers. It is also made from a [`Ctx`](crate::Ctx), from an
/// [`opentelemetry::Context`], and from a [`SpanContext`](opentelemetry::trace::SpanContext).
#[derive(Clone, Default)]
pub struct Remote {
    pub(super) parent: Option<RemoteParent>,
    /// Whether it came from another process.
    pub(super) foreign: bool,
    pub(super) carried: Carried,
}

impl Remote {
    /// The id of the trace, if it is in one.
    pub fn trace_id(&self) -> Option<TraceId> {
        self.parent.map(|parent| TraceId::from_bytes(parent.trace_id.to_be_bytes()))
    }

    /// The id of the span, if there is one.
    pub fn span_id(&self) -> Option<SpanId> {
        self.parent.map(|parent| SpanId::from_bytes(parent.span_id.to_be_bytes()))
    }

    /// Whether there is a trace, and its spans are exported.
    pub fn is_sampled(&self) -> bool {
        self.parent.is_some_and(|parent| parent.sampled)
    }

    /// The value of a key of the baggage.
    pub fn baggage(&self, key: &str) -> Option<String> {
        self.carried.baggage.get(key)
    }

    pub(crate) fn parent(&self) -> Option<RemoteParent> {
        self.parent
    }

    pub(crate) fn is_remote(&self) -> bool {
        self.foreign
    }

    #[cfg(feature = "axum")]
    pub(crate) fn carries(&self) -> bool {
        !self.carried.is_empty()
    }

    pub(crate) fn into_carried(self) -> Carried {
        self.carried
    }

    /// Without what a handle does not accept from other processes.
    pub(crate) fn accepted(mut self, propagators: Propagators) -> Remote {
        if self.foreign && !propagators.tracecontext {
            self.parent = None;
            self.carried.trace_state = TraceState::default();
        }
        if self.foreign && !propagators.baggage {
            self.carried.baggage = Baggage::default();
        }
        self
    }

    /// As the target of a link; `None` where it has no trace.
    pub(crate) fn into_link(self) -> Option<LinkRecord> {
        let trace_state = self.carried.trace_state;
        self.parent.map(|to| LinkRecord { to, is_remote: self.foreign, trace_state })
    }
}

/// The ids; what is carried may be anybody's data.
impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote")
            .field("trace_id", &self.trace_id())
            .field("span_id", &self.span_id())
            .field("is_sampled", &self.is_sampled())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::Context;

    use crate::propagate::extract;
    use crate::telemetry::Propagators;

    #[test]
    fn what_a_handle_does_not_propagate_it_does_not_accept_from_others() {
        let came = [
            ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            ("tracestate", "a=1"),
            ("baggage", "tenant=7"),
        ];
        let came: Vec<_> =
            came.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let accepted = |tracecontext, baggage| {
            let accepted = extract(&came).accepted(Propagators { tracecontext, baggage });
            let (is_sampled, tenant) = (accepted.is_sampled(), accepted.baggage("tenant"));
            let state = accepted.into_link().map(|link| link.trace_state.header().to_owned());
            (is_sampled, state.unwrap_or_default(), tenant.unwrap_or_default())
        };
        assert_eq!(accepted(true, true), (true, "a=1".to_owned(), "7".to_owned()));
        assert_eq!(accepted(true, false), (true, "a=1".to_owned(), String::new()));
        assert_eq!(accepted(false, true), (false, String::new(), "7".to_owned()));

        let own = crate::testing::TestTelemetry::new().root("ours").in_scope(super::Remote::from);
        let own = own.accepted(Propagators { tracecontext: false, baggage: false });
        assert!(own.trace_id().is_some(), "it did not come from another process");
        assert!(super::Remote::from(&Context::new()).trace_id().is_none());
    }
}
