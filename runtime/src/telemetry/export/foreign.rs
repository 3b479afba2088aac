//! Code of others, exporters and subscribers to the log, whose panics must not end a thread of ours; and what is said of
//! exporters that do not take their spans.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// The same is said again after this long.
const SAID_AGAIN: Duration = Duration::from_mins(1);

/// Runs code of an exporter.
pub(super) fn foreign<R>(code: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|_| "the exporter panicked".to_owned())
}

/// Logs, to a subscriber that is foreign code as well.
pub(in crate::telemetry) fn log(event: impl FnOnce()) {
    // There is nowhere left to say that saying it failed.
    let _panicked = catch_unwind(AssertUnwindSafe(event));
}

/// What was said last of an exporter. An exporter that is down for hours is no reason to fill the log.
#[derive(Default)]
pub(super) struct Troubles {
    said: Option<(String, Instant)>,
    waiting: bool,
}

impl Troubles {
    pub(super) fn say_lost(&mut self, exporter: &str, spans: usize, error: &str) {
        if self.is_news(error) {
            log(|| tracing::warn!(exporter, spans, error, "spans could not be exported"));
        }
    }

    pub(super) fn say_waiting(&mut self, exporter: &str, error: &str) {
        self.waiting = true;
        if self.is_news(error) {
            log(|| tracing::warn!(exporter, error, "spans wait, because their export is to be tried again"));
        }
    }

    /// A batch was taken.
    pub(super) fn are_over(&mut self, exporter: &str) {
        self.said = None;
        if std::mem::take(&mut self.waiting) {
            log(|| tracing::info!(exporter, "spans are exported again"));
        }
    }

    pub(super) fn say_at_the_end(exporter: &str, error: &str) {
        log(|| tracing::warn!(exporter, error, "an exporter did not shut down cleanly"));
    }

    fn is_news(&mut self, error: &str) -> bool {
        let is_old = self.said.as_ref().is_some_and(|(said, at)| said == error && at.elapsed() < SAID_AGAIN);
        if !is_old {
            self.said = Some((error.to_owned(), Instant::now()));
        }
        !is_old
    }
}

#[cfg(test)]
mod tests {
    use super::Troubles;

    #[test]
    fn the_same_is_said_once_until_a_batch_is_taken() {
        let mut troubles = Troubles::default();
        assert!(troubles.is_news("no answer") && !troubles.is_news("no answer"));
        assert!(troubles.is_news("status 503") && troubles.is_news("no answer"));
        troubles.are_over("otlp");
        assert!(troubles.is_news("no answer"));
    }
}
