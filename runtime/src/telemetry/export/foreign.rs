//! Code of others, exporters and subscribers to the log, whose panics must not end a thread of ours; and what is said of
//! exporters that do not take their spans.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// The same is said again after this long.
const SAID_AGAIN: Duration = Duration::from_mins(1);
/// So many different errors of one exporter are remembered.
const MOST_SAID: usize = 8;

/// Runs code of an exporter.
pub(super) fn foreign<R>(code: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|_| "the exporter panicked".to_owned())
}

/// Logs, to a subscriber that is foreign code as well.
pub(in crate::telemetry) fn log(event: impl FnOnce()) {
    // There is nowhere left to say that saying it failed.
    let _panicked = catch_unwind(AssertUnwindSafe(event));
}

/// What was said of an exporter lately. An exporter that is down for hours, or every other second, is no reason to fill the log.
#[derive(Default)]
pub(super) struct Troubles {
    /// The oldest first.
    said: Vec<(String, Instant)>,
    /// It was said that spans wait, and not yet that they do no longer.
    waiting: bool,
}

impl Troubles {
    pub(super) fn say_lost(&mut self, exporter: &str, spans: usize, error: &str) {
        if self.is_news(error) {
            log(|| tracing::warn!(exporter, spans, error, "spans could not be exported"));
        }
    }

    pub(super) fn say_waiting(&mut self, exporter: &str, error: &str) {
        if self.is_news(error) {
            self.waiting = true;
            log(|| tracing::warn!(exporter, error, "spans wait, because their export is to be tried again"));
        }
    }

    pub(super) fn say_not_flushed(&mut self, exporter: &str, error: &str) {
        if self.is_news(error) {
            log(|| tracing::warn!(exporter, error, "an exporter did not flush"));
        }
    }

    /// A batch was taken.
    pub(super) fn are_over(&mut self, exporter: &str) {
        if std::mem::take(&mut self.waiting) {
            log(|| tracing::info!(exporter, "spans are exported again"));
        }
    }

    pub(super) fn say_at_the_end(exporter: &str, error: &str) {
        log(|| tracing::warn!(exporter, error, "an exporter did not shut down cleanly"));
    }

    fn is_news(&mut self, error: &str) -> bool {
        self.said.retain(|(_, at)| at.elapsed() < SAID_AGAIN);
        let is_news = self.said.iter().all(|(said, _)| said != error);
        if is_news {
            if self.said.len() == MOST_SAID {
                self.said.remove(0);
            }
            self.said.push((error.to_owned(), Instant::now()));
        }
        is_news
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_SAID, Troubles};

    #[test]
    fn the_same_is_said_once_a_minute_also_when_a_batch_was_taken_meanwhile() {
        let mut troubles = Troubles::default();
        assert!(troubles.is_news("no answer") && !troubles.is_news("no answer"));
        assert!(troubles.is_news("status 503") && !troubles.is_news("no answer"));
        troubles.are_over("otlp");
        assert!(!troubles.is_news("no answer"));
    }

    #[test]
    fn that_spans_are_exported_again_is_said_where_it_was_said_that_they_wait() {
        let mut troubles = Troubles::default();
        troubles.say_waiting("otlp", "status 429");
        assert!(troubles.waiting);
        troubles.are_over("otlp");
        troubles.say_waiting("otlp", "status 429");
        assert!(!troubles.waiting);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut troubles = Troubles::default();
        assert!((0..=MOST_SAID).all(|error| troubles.is_news(&error.to_string())));
        assert_eq!(troubles.said.len(), MOST_SAID);
    }
}
