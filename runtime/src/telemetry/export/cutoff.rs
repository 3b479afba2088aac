//! When a lane has to come to its end, once somebody has said so.

use std::task::{Context, Poll, Waker};
use std::time::Instant;

use parking_lot::Mutex;

/// Set by whoever shuts down, looked at by the thread that sends, and awaited by an attempt under way.
#[derive(Debug, Default)]
pub(crate) struct Cutoff(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    at: Option<Instant>,
    waker: Option<Waker>,
}

impl Cutoff {
    /// Of several moments, the last one holds: who asks again waits longer.
    pub(crate) fn set(&self, at: Instant) {
        let mut state = self.0.lock();
        state.at = state.at.max(Some(at));
        let waker = state.waker.take();
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn at(&self) -> Option<Instant> {
        self.0.lock().at
    }

    pub(crate) fn has_passed(&self) -> bool {
        self.at().is_some_and(|at| at <= Instant::now())
    }

    /// Ready with the moment as soon as there is one.
    #[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "only OTLP can give an attempt up"))]
    pub(crate) fn poll_at(&self, context: &mut Context<'_>) -> Poll<Instant> {
        let mut state = self.0.lock();
        if let Some(at) = state.at {
            return Poll::Ready(at);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Cutoff;

    #[test]
    fn the_latest_moment_holds() {
        let (cutoff, now) = (Cutoff::default(), Instant::now());
        assert!(cutoff.at().is_none() && !cutoff.has_passed());
        let later = now + Duration::from_hours(1);
        cutoff.set(now);
        assert!(cutoff.has_passed());
        cutoff.set(later);
        cutoff.set(now);
        assert_eq!(cutoff.at(), Some(later));
        assert!(!cutoff.has_passed());
    }
}
