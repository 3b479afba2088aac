//! The access log: one event for every request, at its end.

use std::time::Duration;

use http::StatusCode;

use super::notes;
use super::route::Route;
use crate::clock::{self, Ticks};
use crate::ctx::Ctx;
use crate::outcome::Outcome;

/// To the microsecond.
fn milliseconds_since(started: Ticks) -> f64 {
    let took = Duration::from_nanos(clock::nanos(Ticks::now().since(started)));
    (took.as_secs_f64() * 1e6).round() / 1e3
}

/// Logs the end of a request, whose context is the current one.
///
/// Who listens decides whether it is there: nothing is put together where no subscriber asks for it.
pub(super) fn log(
    route: &Route,
    path: Option<&str>,
    status: Option<StatusCode>,
    outcome: Outcome,
    started: Ticks,
) {
    // The level is a constant of each event, so that a subscriber can say beforehand which it wants.
    macro_rules! event {
        ($level:ident) => {
            tracing::$level!(
                target: "spanweave::access",
                method = route.method().name(),
                route = route.template(),
                path,
                status = status.map(|status| status.as_u16()),
                outcome = outcome.label(),
                latency_ms = milliseconds_since(started),
                user_id = notes::of(Ctx::current().key).and_then(|notes| notes.user_id).as_deref(),
                "request"
            )
        };
    }
    match outcome {
        Outcome::Error(_) | Outcome::Panicked => event!(error),
        Outcome::Ok | Outcome::Cancelled => event!(info),
    }
}
