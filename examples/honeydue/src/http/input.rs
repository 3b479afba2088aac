//! What a request brings, checked before anybody sees it.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use garde::Validate;
use serde::de::DeserializeOwned;

use crate::error::AppError;

/// A body of JSON that keeps the rules of its type.
pub struct Input<T>(pub T);

impl<S, T> FromRequest<S> for Input<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = AppError;

    async fn from_request(request: Request, state: &S) -> Result<Input<T>, AppError> {
        let Json(input) =
            Json::<T>::from_request(request, state).await.map_err(|rejection| refused(&rejection))?;
        input.validate().map_err(|report| AppError::Invalid(report.to_string().trim_end().to_owned()))?;
        Ok(Input(input))
    }
}

fn refused(rejection: &JsonRejection) -> AppError {
    match rejection.status() {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => AppError::UnsupportedType("send application/json"),
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge { limit: MAX_JSON_BYTES },
        _ => AppError::Invalid(rejection.body_text()),
    }
}

/// The most that a body of JSON may have.
pub(crate) const MAX_JSON_BYTES: usize = 64 << 10;

/// An id in the path. What is no number names nothing.
pub struct PathId(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<PathId, AppError> {
        let path = Path::<i64>::from_request_parts(parts, state).await;
        path.map(|Path(id)| PathId(id)).map_err(|_| AppError::NotFound("page"))
    }
}
