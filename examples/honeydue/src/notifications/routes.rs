//! `/api/notifications/` and `/api/devices/`

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};

use super::{Device, DeviceInput, Notification, NotificationService};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::error::Result;
use crate::http::{Input, Page, PageQuery, Params, PathId};

/// The routes of notifications and devices.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/notifications/", get(list))
        .route("/api/notifications/{id}/read", post(mark_read))
        .route("/api/devices/", get(list_devices).post(register_device))
        .route("/api/devices/{id}", delete(remove_device))
}

type Notifications = State<NotificationService>;

async fn list(
    State(notifications): Notifications,
    user: CurrentUser,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Notification>>> {
    Ok(Json(notifications.list(user.id, &query).await?))
}

async fn mark_read(
    State(notifications): Notifications,
    user: CurrentUser,
    PathId(id): PathId,
) -> Result<StatusCode> {
    notifications.mark_read(user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn list_devices(
    State(notifications): Notifications,
    user: CurrentUser,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Device>>> {
    Ok(Json(notifications.list_devices(user.id, &query).await?))
}

async fn register_device(
    State(notifications): Notifications,
    user: CurrentUser,
    Input(input): Input<DeviceInput>,
) -> Result<(StatusCode, Json<Device>)> {
    Ok((StatusCode::CREATED, Json(notifications.register_device(user.id, &input).await?)))
}

async fn remove_device(
    State(notifications): Notifications,
    user: CurrentUser,
    PathId(id): PathId,
) -> Result<StatusCode> {
    notifications.remove_device(user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
