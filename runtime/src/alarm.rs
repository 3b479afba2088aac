//! How the collecting thread sleeps, and is woken.
//!
//! Whether it was woken is said by a flag, which it looks at before it sleeps. The token of `park` and `unpark` does not
//! tell: whatever else parks the same thread uses the token up.

use std::sync::OnceLock;
use std::time::Duration;

use crate::sync::{AtomicBool, Ordering, Thread, park_timeout};

/// One sleeper, and anybody who wakes it.
pub(crate) struct Alarm {
    /// Set from the moment the sleeper was woken until it looks up.
    rung: AtomicBool,
    sleeper: OnceLock<Thread>,
}

impl Default for Alarm {
    fn default() -> Alarm {
        Alarm { rung: AtomicBool::new(false), sleeper: OnceLock::new() }
    }
}

impl Alarm {
    /// Names the thread that sleeps.
    pub(crate) fn attach(&self, sleeper: Thread) {
        let _already_attached = self.sleeper.set(sleeper);
    }

    /// Wakes the sleeper, for whatever was left for it before.
    pub(crate) fn ring(&self) {
        // Written in any case, so that the sleeper, which writes as well, sees what was left, or sees the flag.
        if !self.rung.swap(true, Ordering::AcqRel)
            && let Some(sleeper) = self.sleeper.get()
        {
            sleeper.unpark();
        }
    }

    /// [`ring`](Alarm::ring), for what was left behind a lock that the sleeper takes when it has looked up: where the
    /// flag is seen to be set, that costs nothing. A lock that the sleeper does not know yet orders nothing; then it may
    /// sleep to its end.
    pub(crate) fn ring_for_locked(&self) {
        if !self.rung.load(Ordering::Relaxed) {
            self.ring();
        }
    }

    /// The sleeper looks up: what was left before it was woken it will see, and for the rest it is woken again.
    pub(crate) fn look_up(&self) {
        self.rung.swap(false, Ordering::AcqRel);
    }

    /// Sleeps, unless somebody has rung since the sleeper looked up. It may be woken for nothing.
    pub(crate) fn sleep(&self, at_most: Duration) {
        if !self.rung.load(Ordering::Acquire) {
            park_timeout(at_most);
        }
    }
}
