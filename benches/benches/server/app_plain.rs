//! The application without telemetry.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use sqlx::SqlitePool;

use super::api::{AppError, RESIDENCE, RESIDENCE_ID, ROUTE, Residence, TASKS, Task, TaskList};

struct ResidenceRepository {
    pool: SqlitePool,
}

impl ResidenceRepository {
    pub async fn find(&self, id: i64) -> sqlx::Result<Option<Residence>> {
        sqlx::query_as(RESIDENCE).bind(id).fetch_optional(&self.pool).await
    }
}

struct TaskRepository {
    pool: SqlitePool,
}

impl TaskRepository {
    pub async fn for_residence(&self, residence_id: i64) -> sqlx::Result<Vec<Task>> {
        sqlx::query_as(TASKS).bind(residence_id).fetch_all(&self.pool).await
    }
}

struct TaskService {
    residences: ResidenceRepository,
    tasks: TaskRepository,
}

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

pub fn router(pool: &SqlitePool) -> Router {
    let residences = ResidenceRepository { pool: pool.clone() };
    let tasks = TaskRepository { pool: pool.clone() };
    Router::new().route(ROUTE, get(list_tasks)).with_state(Arc::new(TaskService { residences, tasks }))
}
