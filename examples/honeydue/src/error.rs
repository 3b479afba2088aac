//! What can go wrong, and how a client hears of it: RFC 9457, `application/problem+json`.

use std::time::Duration;

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use problem_details::ProblemDetails;
use spanweave::ErrorClass;

use crate::database;
use crate::push::PushError;
use crate::storage::StorageError;

/// Why a service could not do what it was asked for.
///
/// Its class is the `error.type` of spans and the label of metrics.
#[derive(Debug, thiserror::Error, ErrorClass)]
pub enum AppError {
    /// There is no such thing, or it belongs to somebody else: which of both is nobody's business.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// No session, an ended one, or a wrong password.
    #[error("log in first")]
    Unauthorized,
    /// The plan does not include it.
    #[error("{0}")]
    PlanLimit(&'static str),
    /// It is there already, or has changed meanwhile.
    #[error("{0}")]
    Conflict(&'static str),
    /// What was sent is well-formed and makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// Too much of it.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// In bytes.
        limit: usize,
    },
    /// Not a type that is taken.
    #[error("{0}")]
    UnsupportedType(&'static str),
    /// An image that is none, or one that would take too much memory.
    #[error("the image cannot be read")]
    BadImage(#[from] image::ImageError),
    /// Too often.
    #[error("too many attempts")]
    TooManyAttempts {
        /// In seconds.
        retry_after: u64,
    },
    /// More at once than there is time for.
    #[error("the server is busy")]
    Busy,
    /// It was not done in time.
    #[error("it took too long")]
    TimedOut,
    /// The database failed.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// The object store failed.
    #[error("the object store failed")]
    Storage(#[source] StorageError),
    /// A job could not be enqueued.
    #[error("the queue failed")]
    Queue(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Apple or Google did not take a message.
    #[error("a message could not be pushed")]
    #[error_class(inner)]
    Push(#[source] PushError),
    /// What should not be.
    #[error("{0}")]
    Internal(&'static str),
}

/// The result of a service.
pub type Result<T> = std::result::Result<T, AppError>;

/// What can go wrong before a process runs. It is printed with its causes.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> AppError {
        match error.as_database_error() {
            // It was removed since it was looked up.
            Some(refused) if refused.is_foreign_key_violation() => {
                AppError::Conflict("what it refers to is gone")
            }
            _ => AppError::Database(error),
        }
    }
}

impl From<PushError> for AppError {
    fn from(error: PushError) -> AppError {
        AppError::Push(error)
    }
}

impl From<StorageError> for AppError {
    fn from(error: StorageError) -> AppError {
        match error {
            // It was deleted since its row was read.
            StorageError::NotFound => AppError::NotFound("document"),
            StorageError::Failed(_) => AppError::Storage(error),
        }
    }
}

impl AppError {
    /// Whether the same may work later, so that a job that fails with it is worth another attempt.
    pub fn is_transient(&self) -> bool {
        match self {
            AppError::Busy | AppError::TimedOut | AppError::Storage(_) | AppError::Queue(_) => true,
            AppError::Database(error) => database::is_transient(error),
            AppError::Push(error) => error.is_transient(),
            _ => false,
        }
    }

    /// How long whoever failed wants to be left alone, if they said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            AppError::Push(error) => error.retry_after(),
            _ => None,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            AppError::NotFound(_) => StatusCode::NOT_FOUND,
            AppError::Unauthorized => StatusCode::UNAUTHORIZED,
            AppError::PlanLimit(_) => StatusCode::PAYMENT_REQUIRED,
            AppError::Conflict(_) => StatusCode::CONFLICT,
            AppError::Invalid(_) | AppError::BadImage(_) => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            AppError::UnsupportedType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            AppError::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
            AppError::Database(error) if !database::is_transient(error) => StatusCode::INTERNAL_SERVER_ERROR,
            AppError::Busy
            | AppError::TimedOut
            | AppError::Database(_)
            | AppError::Storage(_)
            | AppError::Queue(_)
            | AppError::Push(_) => StatusCode::SERVICE_UNAVAILABLE,
            AppError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let status = self.status();
        // What there is no time for is counted, and is no reason to do more.
        if status.is_server_error() && !matches!(self, AppError::Busy) {
            // A client hears that it failed; why is for the log.
            tracing::error!(error = &self as &dyn std::error::Error, "a request failed");
        }
        let mut response = problem(status, &self.to_string()).into_response();
        let headers = response.headers_mut();
        match self {
            AppError::Unauthorized => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            AppError::TooManyAttempts { retry_after } => {
                headers.insert(RETRY_AFTER, retry_after.into());
            }
            AppError::Busy => {
                headers.insert(RETRY_AFTER, 1.into());
            }
            _ => {}
        }
        response
    }
}

/// The document of a status.
pub(crate) fn problem(status: StatusCode, detail: &str) -> ProblemDetails {
    ProblemDetails::from_status_code(status).with_detail(detail)
}
