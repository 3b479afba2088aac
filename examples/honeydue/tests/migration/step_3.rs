use honeydue::error::{AppError, Result};
use honeydue::http::PageQuery;
use honeydue::residences::ResidenceRepository;
use honeydue::tasks::{Task, TaskRepository};
use spanweave::traced_service;

pub struct TaskService {
    pub tasks: TaskRepository,
    pub residences: ResidenceRepository,
}

#[traced_service(calls(tasks, residences))]
impl TaskService {
    pub async fn list_tasks(&self, user_id: i64, page: &PageQuery) -> Result<Vec<Task>> {
        Ok(self.tasks.list(user_id, page).await?)
    }

    pub async fn get_tasks_by_residence(&self, user_id: i64, id: i64, page: &PageQuery) -> Result<Vec<Task>> {
        self.residences.find(user_id, id).await?.ok_or(AppError::NotFound("residence"))?;
        Ok(self.tasks.list_of_residence(user_id, id, page).await?)
    }

    pub async fn get(&self, user_id: i64, id: i64) -> Result<Task> {
        self.tasks.find(user_id, id).await?.ok_or(AppError::NotFound("task"))
    }

    pub async fn delete(&self, user_id: i64, id: i64) -> Result<()> {
        if self.tasks.delete(user_id, id).await? { Ok(()) } else { Err(AppError::NotFound("task")) }
    }
}
