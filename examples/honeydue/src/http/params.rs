//! What the query of a request brings.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::AppError;

/// The parameters of a query; what they cannot be is a problem, as with [`Input`](super::Input).
pub struct Params<T>(pub T);

impl<S, T> FromRequestParts<S> for Params<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Params<T>, AppError> {
        let params = Query::from_request_parts(parts, state).await;
        params.map(|Query(params)| Params(params)).map_err(|error| AppError::Invalid(error.body_text()))
    }
}
