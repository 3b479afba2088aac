//! A small application: a service over two repositories that need no database.

use std::time::Duration;

use spanweave::{repo, traced_service};

#[derive(Debug, PartialEq)]
pub enum AppError {
    NotFound,
}

#[derive(Default)]
pub struct TaskRepository;

#[repo]
impl TaskRepository {
    pub async fn for_residences(&self, ids: &[i64]) -> Result<Vec<i64>, AppError> {
        tokio::task::yield_now().await;
        if ids.contains(&13) { Err(AppError::NotFound) } else { Ok(ids.iter().map(|id| id * 10).collect()) }
    }

    pub async fn slowly(&self) {
        tokio::time::sleep(Duration::from_hours(1)).await;
    }

    pub async fn broken(&self) -> i64 {
        tokio::task::yield_now().await;
        panic!("on purpose")
    }
}

#[derive(Default)]
pub struct ResidenceRepository;

#[repo]
impl ResidenceRepository {
    pub async fn ids_for_user(&self, user_id: i64) -> Result<Vec<i64>, AppError> {
        Ok(vec![user_id, user_id + 1])
    }
}

#[derive(Default)]
pub struct TaskService {
    tasks: TaskRepository,
    residences: ResidenceRepository,
}

#[traced_service(calls(tasks, residences))]
impl TaskService {
    pub async fn list_tasks(&self, user_id: i64) -> Result<Vec<i64>, AppError> {
        let ids = self.residences.ids_for_user(user_id).await?;
        self.tasks.for_residences(&ids).await
    }

    #[traced(fields(user_id, rows = names.len()))]
    pub async fn rename(&self, user_id: i64, names: Vec<String>) -> usize {
        names.len() + usize::try_from(user_id).unwrap_or_default()
    }

    #[traced(name = "tasks.export")]
    pub async fn export(&self) -> u8 {
        self.unmigrated().await
    }

    #[traced(skip = "a health check calls it every second")]
    pub async fn unmigrated(&self) -> u8 {
        let _ = self.tasks.for_residences(&[1]).await;
        1
    }

    pub async fn slowly(&self) {
        self.tasks.slowly().await;
    }

    pub async fn broken(&self) -> i64 {
        self.tasks.broken().await
    }
}
