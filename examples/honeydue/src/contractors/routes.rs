//! `/api/contractors/`

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};

use super::{Contractor, ContractorInput, ContractorService};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::error::Result;
use crate::http::{Input, Page, PageQuery, Params, PathId};

/// The routes of contractors.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/contractors/", get(list).post(create))
        .route("/api/contractors/{id}", get(find).put(update).delete(delete))
}

type Contractors = State<ContractorService>;

async fn list(
    State(contractors): Contractors,
    user: CurrentUser,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Contractor>>> {
    Ok(Json(contractors.list(user.id, &query).await?))
}

async fn create(
    State(contractors): Contractors,
    user: CurrentUser,
    Input(input): Input<ContractorInput>,
) -> Result<(StatusCode, Json<Contractor>)> {
    Ok((StatusCode::CREATED, Json(contractors.create(user.id, &input).await?)))
}

async fn find(
    State(contractors): Contractors,
    user: CurrentUser,
    PathId(id): PathId,
) -> Result<Json<Contractor>> {
    Ok(Json(contractors.get(user.id, id).await?))
}

async fn update(
    State(contractors): Contractors,
    user: CurrentUser,
    PathId(id): PathId,
    Input(input): Input<ContractorInput>,
) -> Result<Json<Contractor>> {
    Ok(Json(contractors.update(user.id, id, &input).await?))
}

async fn delete(
    State(contractors): Contractors,
    user: CurrentUser,
    PathId(id): PathId,
) -> Result<StatusCode> {
    contractors.delete(user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
