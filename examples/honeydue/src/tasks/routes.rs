//! `/api/tasks/`, and the tasks of a residence.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};

use super::{Task, TaskInput, TaskService};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::error::Result;
use crate::http::{Input, Page, PageQuery, Params, PathId};

/// The routes of tasks.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/tasks/", get(list).post(create))
        .route("/api/tasks/{id}", get(find).put(update).delete(delete))
        .route("/api/tasks/{id}/complete", post(complete))
        .route("/api/residences/{id}/tasks/", get(list_of_residence))
}

type Tasks = State<TaskService>;

async fn list(
    State(tasks): Tasks,
    user: CurrentUser,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Task>>> {
    Ok(Json(tasks.list_tasks(user.id, &query).await?))
}

async fn list_of_residence(
    State(tasks): Tasks,
    user: CurrentUser,
    PathId(id): PathId,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Task>>> {
    Ok(Json(tasks.get_tasks_by_residence(user.id, id, &query).await?))
}

async fn create(
    State(tasks): Tasks,
    user: CurrentUser,
    Input(input): Input<TaskInput>,
) -> Result<(StatusCode, Json<Task>)> {
    Ok((StatusCode::CREATED, Json(tasks.create(user.id, &input).await?)))
}

async fn find(State(tasks): Tasks, user: CurrentUser, PathId(id): PathId) -> Result<Json<Task>> {
    Ok(Json(tasks.get(user.id, id).await?))
}

async fn update(
    State(tasks): Tasks,
    user: CurrentUser,
    PathId(id): PathId,
    Input(input): Input<TaskInput>,
) -> Result<Json<Task>> {
    Ok(Json(tasks.update(user.id, id, &input).await?))
}

async fn complete(State(tasks): Tasks, user: CurrentUser, PathId(id): PathId) -> Result<Json<Task>> {
    Ok(Json(tasks.complete(user.id, id).await?))
}

async fn delete(State(tasks): Tasks, user: CurrentUser, PathId(id): PathId) -> Result<StatusCode> {
    tasks.delete(user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
