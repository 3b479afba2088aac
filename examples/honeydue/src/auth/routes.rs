//! `/api/auth/`

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{get, post};
use axum::{Json, Router};

use super::current_user::bearer_token;
use super::{AuthService, ChangePassword, CurrentUser, LogIn, Session, SignUp, User};
use crate::app::App;
use crate::error::{AppError, Result};
use crate::http::{ClientAddress, Input};

/// The routes of accounts.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/auth/sign-up", post(sign_up))
        .route("/api/auth/log-in", post(log_in))
        .route("/api/auth/log-out", post(log_out))
        .route("/api/auth/password", post(change_password))
        .route("/api/auth/me", get(me))
}

async fn sign_up(
    State(auth): State<AuthService>,
    ClientAddress(address): ClientAddress,
    Input(input): Input<SignUp>,
) -> Result<(StatusCode, Json<Session>)> {
    Ok((StatusCode::CREATED, Json(auth.sign_up(input, address).await?)))
}

async fn log_in(
    State(auth): State<AuthService>,
    ClientAddress(address): ClientAddress,
    Input(input): Input<LogIn>,
) -> Result<Json<Session>> {
    Ok(Json(auth.log_in(input, address).await?))
}

async fn change_password(
    State(auth): State<AuthService>,
    user: CurrentUser,
    ClientAddress(address): ClientAddress,
    parts: Parts,
    Input(input): Input<ChangePassword>,
) -> Result<StatusCode> {
    let token = bearer_token(&parts).ok_or(AppError::Unauthorized)?;
    auth.change_password(user.id, token, input, address).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn log_out(State(auth): State<AuthService>, _: CurrentUser, parts: Parts) -> Result<StatusCode> {
    auth.log_out(bearer_token(&parts).ok_or(AppError::Unauthorized)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn me(State(auth): State<AuthService>, user: CurrentUser) -> Result<Json<User>> {
    Ok(Json(auth.account(user.id).await?))
}
