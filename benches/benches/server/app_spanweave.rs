//! The application, annotated: its attributes and its router are what differs from the plain one.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use spanweave::{Telemetry, repo, traced_service};
use sqlx::SqlitePool;

use super::api::{AppError, RESIDENCE, RESIDENCE_ID, ROUTE, Residence, TASKS, Task, TaskList};

struct ResidenceRepository {
    pool: SqlitePool,
}

#[repo]
impl ResidenceRepository {
    pub async fn find(&self, id: i64) -> sqlx::Result<Option<Residence>> {
        sqlx::query_as(RESIDENCE).bind(id).fetch_optional(&self.pool).await
    }
}

struct TaskRepository {
    pool: SqlitePool,
}

#[repo]
impl TaskRepository {
    pub async fn for_residence(&self, residence_id: i64) -> sqlx::Result<Vec<Task>> {
        sqlx::query_as(TASKS).bind(residence_id).fetch_all(&self.pool).await
    }
}

struct TaskService {
    residences: ResidenceRepository,
    tasks: TaskRepository,
}

#[traced_service(calls(residences, tasks))]
impl TaskService {
    pub async fn list(&self, residence_id: i64) -> Result<TaskList, AppError> {
        let residence = self.residences.find(residence_id).await?.ok_or(AppError::NoSuchResidence)?;
        let tasks = self.tasks.for_residence(residence.id).await?;
        Ok(TaskList { residence, tasks })
    }
}

async fn list_tasks(State(service): State<Arc<TaskService>>) -> Result<Json<TaskList>, AppError> {
    Ok(Json(service.list(RESIDENCE_ID).await?))
}

/// The handle, with its defaults but for what the environment says: the collector and the ratio.
pub fn install() -> Telemetry {
    let builder =
        Telemetry::builder().service_name("server").env().expect("the environment is as it was set");
    let telemetry = builder.build().expect("a bench can make a handle");
    telemetry.install();
    telemetry
}

pub fn router(pool: &SqlitePool, telemetry: &Telemetry) -> Router {
    let residences = ResidenceRepository { pool: pool.clone() };
    let tasks = TaskRepository { pool: pool.clone() };
    Router::new()
        .route(ROUTE, get(list_tasks))
        .with_state(Arc::new(TaskService { residences, tasks }))
        .merge(telemetry.routes())
        .layer(telemetry.http_layer())
}
