//! Contexts on their way out, and what their traces carry.

use super::{BAGGAGE, InjectInto, Remote, RemoteParent, TRACEPARENT, TRACESTATE, carried};
use crate::core::Core;
use crate::ctx::Ctx;
use crate::telemetry::Propagators;
use crate::trace;

impl Ctx {
    /// Writes this context to the headers of a request, to the metadata of a job, or to any map of strings:
    /// `traceparent`, and `tracestate` and `baggage` where the trace carries them. What was there under these names is
    /// replaced. The flag of `traceparent` says what was decided when the trace started, also where nothing is recorded, so
    /// that others decide the same.
    ///
    /// Outside any trace, and once it is forgotten, nothing is written.
    ///
    /// ```
    /// use spanweave::Ctx;
    ///
    /// let mut headers = http::HeaderMap::new();
    /// Ctx::current().inject(&mut headers);
    /// ```
    pub fn inject(self, carrier: &mut (impl InjectInto + ?Sized)) {
        self.inject_only(carrier, Propagators::default());
    }

    /// [`inject`](Ctx::inject) of those headers only that the receiver is to have.
    pub(crate) fn inject_only(self, carrier: &mut (impl InjectInto + ?Sized), wanted: Propagators) {
        if let Some(core) = Core::of(self.key) {
            let used = core.rules.propagators;
            let both = Propagators {
                tracecontext: used.tracecontext && wanted.tracecontext,
                baggage: used.baggage && wanted.baggage,
            };
            Remote::from(self).inject(both, carrier);
        }
    }

    /// The value of a key of the baggage, which came with the request or was [set](Ctx::set_baggage) in this trace.
    pub fn baggage(self, key: &str) -> Option<String> {
        carried::read(self.key, |carried| carried.baggage.get(key))?
    }

    /// Sends a value along with whatever is sent from this trace on, to all services that it reaches: the tenant, the
    /// variant of an experiment. It is the whole trace's, not that of what this context runs; it is in no span, label or
    /// log, and others can read it: no secrets.
    ///
    /// `key` is a token of HTTP: letters, digits, and ``!#$%&'*+-.^_`|~``. `value` is any text. Says whether it is carried;
    /// it is not outside any trace, where `key` is no token, and past 64 keys or 8,192 bytes as they are sent.
    ///
    /// ```
    /// use spanweave::testing::TestTelemetry;
    ///
    /// TestTelemetry::new().root("nightly").in_scope(|ctx| {
    ///     assert!(ctx.set_baggage("tenant", "Zürich"));
    ///     assert_eq!(ctx.baggage("tenant").as_deref(), Some("Zürich"));
    /// });
    /// ```
    pub fn set_baggage(self, key: &str, value: &str) -> bool {
        carried::change(self.key, |carried| carried.baggage.set(key, value))
    }

    /// This context as what others go on under; `None` outside any trace, and once it is forgotten.
    pub(super) fn as_parent(self) -> Option<RemoteParent> {
        let trace_id = trace::trace_id(self.key)?;
        Some(RemoteParent { trace_id, span_id: self.span, sampled: self.is_sampled() })
    }
}

impl Remote {
    /// Writes those of its headers that are used; none where it has no trace.
    pub(crate) fn inject(&self, used: Propagators, carrier: &mut (impl InjectInto + ?Sized)) {
        let Some(parent) = self.parent else { return };
        if used.tracecontext {
            carrier.set(TRACEPARENT, &parent.header());
            replace(carrier, TRACESTATE, self.carried.trace_state.header());
        }
        if used.baggage {
            replace(carrier, BAGGAGE, self.carried.baggage.header());
        }
    }
}

/// Takes the headers of whatever trace out.
#[cfg(feature = "reqwest-middleware")]
pub(crate) fn remove(carrier: &mut (impl InjectInto + ?Sized)) {
    for name in [TRACEPARENT, TRACESTATE, BAGGAGE] {
        carrier.remove(name);
    }
}

/// What is there is of another trace, also where this one has nothing to put in its place.
fn replace(carrier: &mut (impl InjectInto + ?Sized), name: &'static str, header: &str) {
    match header {
        "" => carrier.remove(name),
        header => carrier.set(name, header),
    }
}

impl From<Ctx> for Remote {
    fn from(ctx: Ctx) -> Remote {
        Remote { parent: ctx.as_parent(), foreign: false, carried: carried::of(ctx.key) }
    }
}
