#[traced_service]
impl TaskService {
    /// The tasks of a user.
    pub async fn list_tasks(&self, user_id: i64) -> Result<Vec<Task>, AppError> {
        let tasks = self.store.load(user_id).await?;
        Ok(tasks)
    }
}
