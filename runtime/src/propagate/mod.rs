//! Contexts from process to process: in the headers of requests, the metadata of jobs, and as OpenTelemetry's.
//!
//! [`Ctx::inject`](crate::Ctx::inject) writes a context to any carrier of headers, [`extract`] reads one, and
//! [`Root::under`](crate::Root::under) goes on with its trace. The formats are the W3C's: `traceparent`, `tracestate`
//! and `baggage`.
//!
//! ```
//! use std::collections::HashMap;
//! use spanweave::{Ctx, propagate, testing::TestTelemetry};
//!
//! let telemetry = TestTelemetry::new();
//! let mut metadata: HashMap<String, String> = HashMap::new();
//! telemetry.root("POST /api/orders/").in_scope(|ctx| ctx.inject(&mut metadata));      // where the job is enqueued
//! telemetry.root("order").under(propagate::extract(&metadata)).in_scope(|_| ());      // where it is run
//! assert_eq!(telemetry.span_tree(), "POST /api/orders/\n  order\n");
//! ```

mod baggage;
mod carried;
mod carrier;
mod carry_on;
mod inject;
#[cfg(test)]
mod invariants;
mod otel;
mod remote;
mod traceparent;
mod tracestate;

pub use self::carrier::{ExtractFrom, InjectInto};
pub use self::remote::Remote;

pub(crate) use self::carried::{Carried, Stored, forget_over};
pub(crate) use self::carry_on::carry_on;
#[cfg(feature = "reqwest-middleware")]
pub(crate) use self::inject::remove;
pub(crate) use self::traceparent::RemoteParent;
pub(crate) use self::tracestate::TraceState;

use self::baggage::Baggage;
use crate::telemetry::Propagators;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const BAGGAGE: &str = "baggage";

/// Reads the context that came with a request or a job. Whatever is in the carrier, there is no error: a `traceparent`
/// that is not valid, or is there twice, is none, a `tracestate` that is not valid or without a `traceparent` is none,
/// and of `baggage` what is valid is taken, up to 64 members and 8,192 bytes.
///
/// ```
/// use std::collections::HashMap;
/// use spanweave::propagate::extract;
///
/// let mut metadata = HashMap::new();
/// assert_eq!(extract(&metadata).trace_id(), None);
/// metadata.insert("traceparent".into(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned());
/// assert!(extract(&metadata).is_sampled());
/// ```
pub fn extract(carrier: &(impl ExtractFrom + ?Sized)) -> Remote {
    read(carrier, Propagators::default())
}

/// [`extract`] of those headers only that are used.
pub(crate) fn read(carrier: &(impl ExtractFrom + ?Sized), used: Propagators) -> Remote {
    let parent = if used.tracecontext { parent(carrier) } else { None };
    // Others' state is that of their trace.
    let trace_state = parent.map(|_| TraceState::parse(carrier.values(TRACESTATE))).unwrap_or_default();
    let baggage = if used.baggage { Baggage::parse(carrier.values(BAGGAGE)) } else { Baggage::default() };
    Remote { parent, foreign: true, carried: Carried { trace_state, baggage } }
}

/// More than one header is as good as none, says the recommendation.
fn parent(carrier: &(impl ExtractFrom + ?Sized)) -> Option<RemoteParent> {
    let mut values = carrier.values(TRACEPARENT);
    let (only, more) = (values.next()?, values.next());
    // Where no server has done so before.
    let trimmed = only.trim_ascii();
    if more.is_some() { None } else { RemoteParent::parse(trimmed) }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::{ExtractFrom, read};
    use crate::telemetry::Propagators;

    /// Notes what is looked for.
    #[derive(Default)]
    struct Asked(RefCell<Vec<String>>);

    impl ExtractFrom for Asked {
        fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
            self.0.borrow_mut().push(name.to_owned());
            std::iter::empty()
        }
    }

    #[test]
    fn headers_that_are_not_used_are_not_looked_at() {
        let asked = |used| {
            let asked = Asked::default();
            read(&asked, used);
            asked.0.into_inner()
        };
        assert!(asked(Propagators::none()).is_empty());
        assert_eq!(asked(Propagators::none().tracecontext(true)), ["traceparent"]);
        assert_eq!(asked(Propagators::none().baggage(true)), ["baggage"]);
    }
}
