//! `/api/documents/`

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{Document, DocumentService, Upload};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::error::Result;
use crate::http::{Page, PageQuery, Params, PathId};

/// The routes of documents.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/documents/", get(list).post(upload))
        .route("/api/documents/{id}", get(find).delete(delete))
        .route("/api/documents/{id}/content", get(content))
        .route("/api/documents/{id}/thumbnail", get(thumbnail))
}

type Documents = State<DocumentService>;

#[derive(Deserialize)]
struct Of {
    residence_id: Option<i64>,
}

async fn list(
    State(documents): Documents,
    user: CurrentUser,
    Params(of): Params<Of>,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Document>>> {
    let page = match of.residence_id {
        Some(residence_id) => documents.list_of_residence(user.id, residence_id, &query).await?,
        None => documents.list(user.id, &query).await?,
    };
    Ok(Json(page))
}

async fn upload(
    State(documents): Documents,
    user: CurrentUser,
    upload: Upload,
) -> Result<(StatusCode, Json<Document>)> {
    Ok((StatusCode::CREATED, Json(documents.upload(user.id, upload).await?)))
}

async fn find(State(documents): Documents, user: CurrentUser, PathId(id): PathId) -> Result<Json<Document>> {
    Ok(Json(documents.get(user.id, id).await?))
}

async fn content(
    State(documents): Documents,
    user: CurrentUser,
    PathId(id): PathId,
) -> Result<impl IntoResponse> {
    let (document, content) = documents.content(user.id, id).await?;
    let name = utf8_percent_encode(&document.name, NON_ALPHANUMERIC);
    // Whatever is in it, a browser shall keep it and not show it.
    let headers = [
        (CONTENT_TYPE, document.mime_type),
        (CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{name}")),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, content))
}

async fn thumbnail(
    State(documents): Documents,
    user: CurrentUser,
    PathId(id): PathId,
) -> Result<impl IntoResponse> {
    let thumbnail = documents.thumbnail(user.id, id).await?;
    Ok(([(CONTENT_TYPE, "image/jpeg"), (X_CONTENT_TYPE_OPTIONS, "nosniff")], thumbnail))
}

async fn delete(State(documents): Documents, user: CurrentUser, PathId(id): PathId) -> Result<StatusCode> {
    documents.delete(user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
