//! `/api/residences/`

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};

use super::{Residence, ResidenceInput, ResidenceService};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::error::Result;
use crate::http::{Input, Page, PageQuery, Params, PathId};

/// The routes of residences.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/residences/", get(list).post(create))
        .route("/api/residences/{id}", get(find).put(update).delete(delete))
}

type Residences = State<ResidenceService>;

async fn list(
    State(residences): Residences,
    user: CurrentUser,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Residence>>> {
    Ok(Json(residences.list(user.id, &query).await?))
}

async fn create(
    State(residences): Residences,
    user: CurrentUser,
    Input(input): Input<ResidenceInput>,
) -> Result<(StatusCode, Json<Residence>)> {
    Ok((StatusCode::CREATED, Json(residences.create(user.id, &input).await?)))
}

async fn find(
    State(residences): Residences,
    user: CurrentUser,
    PathId(id): PathId,
) -> Result<Json<Residence>> {
    Ok(Json(residences.get(user.id, id).await?))
}

async fn update(
    State(residences): Residences,
    user: CurrentUser,
    PathId(id): PathId,
    Input(input): Input<ResidenceInput>,
) -> Result<Json<Residence>> {
    Ok(Json(residences.update(user.id, id, &input).await?))
}

async fn delete(State(residences): Residences, user: CurrentUser, PathId(id): PathId) -> Result<StatusCode> {
    residences.delete(user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
