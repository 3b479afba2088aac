//! What kind of failure an error is whose type apalis has erased.

use std::error::Error;

use apalis_core::backend::TaskSinkError;
use apalis_core::error::{AbortError, BoxDynError, DeferredError, RetryAfterError};
#[cfg(feature = "apalis-task-context")]
use apalis_core::task::context::{TaskStateError, TerminalState};
use apalis_core::worker::lifecycle::TaskLifecycleError;
use tower::timeout::error::Elapsed;

use crate::causes::causes;
use crate::outcome::{ErrorClass, Outcome};

/// The class of an error of which nothing is known.
const ERROR: &str = "error";

/// Tells the class of a handler's errors.
#[derive(Clone, Copy, Default)]
pub(super) struct Failures {
    /// Of the error that the application named.
    own: Option<fn(&(dyn Error + 'static)) -> Option<&'static str>>,
}

impl Failures {
    pub(super) fn of<E: ErrorClass + Error + 'static>() -> Failures {
        Failures { own: Some(|error| error.downcast_ref::<E>().map(E::error_class)) }
    }

    pub(super) fn outcome<T>(self, returned: &Result<T, BoxDynError>) -> Outcome {
        match returned {
            Ok(_) => Outcome::Ok,
            Err(error) if causes(error.as_ref()).any(is_cancellation) => Outcome::Cancelled,
            Err(error) => Outcome::Error(self.class(error.as_ref())),
        }
    }

    /// The application's own word is looked for first, also below what apalis wraps an error in.
    fn class(self, error: &(dyn Error + 'static)) -> &'static str {
        let own = self.own.and_then(|own| causes(error).find_map(own));
        own.or_else(|| causes(error).find_map(known)).unwrap_or(ERROR)
    }
}

/// Whether it is what apalis has an attempt return that was cancelled by its `TaskContext`.
fn is_cancellation(error: &(dyn Error + 'static)) -> bool {
    // In place of what the attempt returned, if that came at the same moment. apalis has the type with its context alone.
    #[cfg(feature = "apalis-task-context")]
    if let Some(TaskStateError::AlreadyTerminated(TerminalState::Cancelled)) = error.downcast_ref() {
        return true;
    }
    // Its other variants are a worker's, which no attempt returns.
    error.is::<TaskLifecycleError>()
}

/// The class of an error of apalis, or of the timeout that its workers are given.
fn known(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if error.is::<Elapsed>() {
        Some("timeout")
    } else if error.is::<AbortError>() {
        Some("aborted")
    } else if error.is::<RetryAfterError>() {
        Some("retry_after")
    } else if error.is::<DeferredError>() {
        Some("deferred")
    } else {
        None
    }
}

/// What went wrong where a job was enqueued: `push`, `codec` or `send`.
impl<E> ErrorClass for TaskSinkError<E> {
    fn error_class(&self) -> &'static str {
        match self {
            TaskSinkError::PushError(_) => "push",
            TaskSinkError::CodecError(_) => "codec",
            TaskSinkError::SendError(_) => "send",
            _ => ERROR,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;
    use std::{error, fmt};

    use apalis_core::error::{AbortError, BoxDynError, DeferredError, RetryAfterError};
    use apalis_core::worker::lifecycle::TaskLifecycleError;
    use tower::timeout::error::Elapsed;

    use super::Failures;
    use crate::outcome::{ErrorClass, Outcome};

    #[derive(Debug)]
    struct NoToken;

    impl fmt::Display for NoToken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("no token")
        }
    }

    impl error::Error for NoToken {}

    impl ErrorClass for NoToken {
        fn error_class(&self) -> &'static str {
            "no_token"
        }
    }

    /// Its own cause.
    #[derive(Debug)]
    struct Endless;

    impl fmt::Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("endless")
        }
    }

    impl error::Error for Endless {
        fn source(&self) -> Option<&(dyn error::Error + 'static)> {
            Some(self)
        }
    }

    fn class(failures: Failures, error: impl Into<BoxDynError>) -> &'static str {
        let Outcome::Error(class) = failures.outcome::<()>(&Err(error.into())) else { return "none" };
        class
    }

    #[test]
    fn errors_of_apalis_are_told_apart() {
        let class = |error: BoxDynError| class(Failures::default(), error);
        assert_eq!(class("anything".into()), "error");
        assert_eq!(class(Elapsed::new().into()), "timeout");
        assert_eq!(class(AbortError::new(NoToken).into()), "aborted");
        assert_eq!(class(RetryAfterError::new(NoToken, Duration::ZERO).into()), "retry_after");
        assert_eq!(class(DeferredError::new(NoToken).into()), "deferred");
    }

    #[test]
    fn an_error_of_the_application_tells_its_class() {
        let failures = Failures::of::<NoToken>();
        assert_eq!(class(failures, NoToken), "no_token");
        assert_eq!(class(failures, AbortError::new(NoToken)), "no_token");
        assert_eq!(class(failures, AbortError::new("anything")), "aborted");
        assert_eq!(class(failures, "anything"), "error");
    }

    #[test]
    fn what_apalis_makes_of_a_cancelled_attempt_is_no_error() {
        let outcome = |error: BoxDynError| Failures::default().outcome::<()>(&Err(error));
        let exit = TaskLifecycleError::MissingTaskId;
        assert_eq!(outcome(AbortError::new(exit).into()), Outcome::Cancelled);
        #[cfg(feature = "apalis-task-context")]
        {
            use apalis_core::task::context::{TaskStateError, TerminalState};
            let too_late = TaskStateError::AlreadyTerminated(TerminalState::Cancelled);
            assert_eq!(outcome(too_late.into()), Outcome::Cancelled);
            assert_eq!(outcome(TaskStateError::TaskNotFound.into()), Outcome::Error("error"));
        }
    }

    #[test]
    fn an_endless_chain_of_causes_is_not_followed() {
        assert_eq!(class(Failures::of::<NoToken>(), Endless), "error");
    }
}
