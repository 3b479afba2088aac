//! How long to wait before the next attempt.

use std::fmt;
use std::time::Duration;

use crate::ids;

/// The longest that a collector's own word is followed.
const MOST_ASKED_FOR: Duration = Duration::from_mins(5);

/// Waits that double, each cut by up to a half at random, so that what failed together is not tried together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    first: Duration,
    most: Duration,
    next: Duration,
}

/// A wait before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    pub(super) time: Duration,
    /// The collector has asked for it, so that it is not cut short.
    pub(super) asked_for: bool,
}

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff::new(Duration::from_secs(1), Duration::from_secs(30))
    }
}

/// The first wait and the longest.
impl fmt::Display for Backoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} to {:?}", self.first, self.most)
    }
}

impl Backoff {
    pub(crate) fn new(first: Duration, most: Duration) -> Backoff {
        Backoff { first, most, next: first }
    }

    pub(crate) fn bounds(&self) -> [Duration; 2] {
        [self.first, self.most]
    }

    /// From the beginning.
    pub(super) fn restart(&mut self) {
        self.next = self.first;
    }

    pub(super) fn wait(&mut self, asked_for: Option<Duration>) -> Wait {
        let whole = self.next.min(self.most);
        self.next = whole.saturating_mul(2);
        let half = whole / 2;
        #[expect(clippy::cast_precision_loss, reason = "a part at random needs no more bits")]
        let part = ids::next() as f64 / u64::MAX as f64;
        let own = half + half.mul_f64(part);
        match asked_for {
            // Who asks for no time at all is not asked without end.
            Some(time) => Wait { time: time.min(MOST_ASKED_FOR).max(own), asked_for: true },
            None => Wait { time: own, asked_for: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Backoff, MOST_ASKED_FOR};

    #[test]
    fn waits_double_up_to_the_most_and_begin_again() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(5));
        for whole in [1, 2, 4, 5, 5].map(Duration::from_secs) {
            let wait = backoff.wait(None);
            assert!(!wait.asked_for && (whole / 2..=whole).contains(&wait.time), "{wait:?} of {whole:?}");
        }
        backoff.restart();
        assert!(backoff.wait(None).time <= Duration::from_secs(1));
    }

    #[test]
    fn what_a_collector_asks_for_is_followed_within_reason() {
        let mut backoff = Backoff::default();
        let asked = |backoff: &mut Backoff, time| backoff.wait(Some(time)).time;
        assert!(asked(&mut backoff, Duration::ZERO) >= Duration::from_millis(500));
        assert_eq!(asked(&mut backoff, Duration::from_secs(90)), Duration::from_secs(90));
        assert_eq!(asked(&mut backoff, Duration::MAX), MOST_ASKED_FOR);
    }
}
