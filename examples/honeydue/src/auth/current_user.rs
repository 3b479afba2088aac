//! The user of a request: whoever holds the token of a session.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use spanweave::Ctx;

use super::AuthService;
use crate::error::AppError;

/// A user with a session; a handler that takes one is for users only.
#[derive(Clone, Copy, Debug)]
pub struct CurrentUser {
    /// Their number.
    pub id: i64,
}

impl<S> FromRequestParts<S> for CurrentUser
where
    S: Send + Sync,
    AuthService: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<CurrentUser, AppError> {
        let token = bearer_token(parts).ok_or(AppError::Unauthorized)?;
        let id = AuthService::from_ref(state).authenticate(token).await?;
        Ctx::current().set_user_id(id);
        Ok(CurrentUser { id })
    }
}

/// The token of the request's `Authorization: Bearer …`. Schemes have no case.
pub(super) fn bearer_token(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim_start_matches(' '))
}
