//! `/api/subscription/`

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};

use super::{Subscription, SubscriptionInput, SubscriptionService};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::error::Result;
use crate::http::Input;

/// The routes of subscriptions.
pub fn routes() -> Router<App> {
    Router::new().route("/api/subscription/", get(current).put(subscribe).delete(cancel))
}

type Subscriptions = State<SubscriptionService>;

async fn current(State(subscriptions): Subscriptions, user: CurrentUser) -> Result<Json<Subscription>> {
    Ok(Json(subscriptions.current(user.id).await?))
}

async fn subscribe(
    State(subscriptions): Subscriptions,
    user: CurrentUser,
    Input(input): Input<SubscriptionInput>,
) -> Result<Json<Subscription>> {
    Ok(Json(subscriptions.subscribe(user.id, input.plan).await?))
}

async fn cancel(State(subscriptions): Subscriptions, user: CurrentUser) -> Result<Json<Subscription>> {
    Ok(Json(subscriptions.cancel(user.id).await?))
}
