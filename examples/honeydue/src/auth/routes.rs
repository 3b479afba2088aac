//! `/api/auth/`

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};

use super::current_user::bearer_token;
use super::{AuthService, CurrentUser, LogIn, Session, SignUp, User};
use crate::app::App;
use crate::error::{AppError, Result};
use crate::http::Input;

/// The routes of accounts.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/auth/sign-up", post(sign_up))
        .route("/api/auth/log-in", post(log_in))
        .route("/api/auth/log-out", post(log_out))
        .route("/api/auth/me", get(me))
}

async fn sign_up(
    State(auth): State<AuthService>,
    Input(input): Input<SignUp>,
) -> Result<(StatusCode, Json<Session>)> {
    Ok((StatusCode::CREATED, Json(auth.sign_up(input).await?)))
}

async fn log_in(
    State(auth): State<AuthService>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    Input(input): Input<LogIn>,
) -> Result<Json<Session>> {
    let address = peer.map(|Extension(ConnectInfo(peer))| peer.ip());
    Ok(Json(auth.log_in(input, address).await?))
}

async fn log_out(State(auth): State<AuthService>, _: CurrentUser, parts: Parts) -> Result<StatusCode> {
    auth.log_out(bearer_token(&parts).ok_or(AppError::Unauthorized)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn me(State(auth): State<AuthService>, user: CurrentUser) -> Result<Json<User>> {
    Ok(Json(auth.account(user.id).await?))
}
