//! Whether a job that failed is tried again, and when.

use std::time::Duration;

use apalis::prelude::{AbortError, BoxDynError, Status, Task, WorkerContext};
use tokio::time::{Instant, Sleep, sleep_until};
use tower::retry::Policy;
use tower::retry::backoff::{Backoff, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use tower::util::rng::HasherRng;

use super::MAX_ATTEMPTS;
use crate::error::AppError;

/// The pause before the second attempt; each one after that is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause of our own.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// The longest pause that somebody else may ask for: the job is one of the few that a worker is at.
const LONGEST_ASKED: Duration = Duration::from_mins(5);

/// Tries a job until it is done, or fails for good: by an [`AbortError`], or for the fifth time.
#[derive(Clone)]
pub(super) struct Retry {
    backoff: ExponentialBackoff,
}

impl Retry {
    pub(super) fn new() -> Retry {
        let maker = ExponentialBackoffMaker::new(FIRST_PAUSE, LONGEST_PAUSE, 0.5, HasherRng::default());
        Retry { backoff: maker.expect("the bounds are in order").make_backoff() }
    }

    fn pause(&mut self, error: &BoxDynError) -> Sleep {
        let own = self.backoff.next_backoff();
        let asked = error.downcast_ref::<AppError>().and_then(AppError::retry_after).unwrap_or_default();
        let asked = Instant::now() + asked.min(LONGEST_ASKED);
        sleep_until(own.deadline().max(asked))
    }
}

impl<J: Clone, T> Policy<Task<J>, T, BoxDynError> for Retry {
    type Future = Sleep;

    fn retry(&mut self, task: &mut Task<J>, result: &mut Result<T, BoxDynError>) -> Option<Sleep> {
        let error = result.as_ref().err()?;
        // Back ends are told by the status, which an attempt that is timed out or panics leaves at `Running`. What has
        // `Failed` they try again, Redis 25 times.
        if error.is::<AbortError>() || task.attempt() >= MAX_ATTEMPTS {
            task.raw_status().store(Status::Killed);
            return None;
        }
        if task.data().get::<WorkerContext>().is_some_and(WorkerContext::is_shutting_down) {
            task.raw_status().store(Status::Failed);
            return None;
        }
        Some(self.pause(error))
    }

    fn clone_request(&mut self, task: &Task<J>) -> Option<Task<J>> {
        Some(task.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use apalis::prelude::{AbortError, BoxDynError, Status, TaskBuilder, WorkerContext};
    use tokio::time::Instant;
    use tower::retry::Policy;
    use tower::timeout::error::Elapsed;

    use super::{LONGEST_ASKED, MAX_ATTEMPTS, Retry};
    use crate::error::AppError;
    use crate::push::PushError;

    /// A job whose attempt of this number has ended in the middle.
    fn task(attempt: usize) -> TaskBuilder<()> {
        TaskBuilder::new(()).status(Status::Running).attempt(attempt)
    }

    /// How often a job is tried that always fails with this, and how that is left.
    fn attempts(error: impl Fn() -> BoxDynError) -> (usize, Status) {
        let mut retry = Retry::new();
        let mut attempts = (1..).map(|attempt| task(attempt).build());
        let last = attempts.find_map(|mut task| {
            let again = retry.retry(&mut task, &mut Err::<(), _>(error()));
            again.is_none().then_some(task)
        });
        last.map(|task| (task.attempt(), task.status())).unwrap()
    }

    fn unavailable(retry_after: Option<Duration>) -> BoxDynError {
        AppError::from(PushError::Unavailable { reason: "TooManyRequests", retry_after }).into()
    }

    #[tokio::test]
    async fn a_job_is_tried_five_times_whatever_it_fails_of() {
        assert_eq!(attempts(|| unavailable(None)), (MAX_ATTEMPTS, Status::Killed));
        assert_eq!(attempts(|| Elapsed::new().into()), (MAX_ATTEMPTS, Status::Killed));
        assert_eq!(attempts(|| AbortError::new("on purpose").into()), (1, Status::Killed));
    }

    #[tokio::test]
    async fn what_a_worker_that_stops_leaves_is_tried_by_another() {
        let worker = WorkerContext::new("worker");
        let mut task = task(1).data(worker.clone()).build();
        let mut failed: Result<(), BoxDynError> = Err(Elapsed::new().into());
        assert!(Retry::new().retry(&mut task, &mut failed).is_some());
        let mut started = worker;
        started.start().unwrap();
        started.stop().unwrap();
        assert!(Retry::new().retry(&mut task, &mut failed).is_none());
        assert_eq!(task.status(), Status::Failed);
    }

    #[tokio::test]
    async fn whoever_asks_for_a_pause_gets_it_within_bounds() {
        let pause = |asked| Retry::new().pause(&unavailable(asked)).deadline() - Instant::now();
        let seconds = Duration::from_secs;
        assert!(pause(None) <= seconds(2));
        assert!(pause(Some(seconds(0))) > seconds(0));
        let long = pause(Some(seconds(100)));
        assert!(long > seconds(99) && long <= seconds(100), "{long:?}");
        assert!(pause(Some(seconds(3_600))) <= LONGEST_ASKED);
    }
}
