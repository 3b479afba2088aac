#[traced_service(calls(tasks, residences))]
impl TaskService {
    pub async fn list_tasks(&self, user_id: i64) -> Result<Vec<Task>, AppError> {
        let ids = self.residences.ids_for_user(user_id).await?;
        Ok(self.tasks.for_residences(&ids).await?)
    }
    pub async fn overview(&self, user_id: i64) -> Result<Overview, AppError> {
        let (tasks, ids) = tokio::try_join!(self.tasks.all(), self.residences.ids_for_user(user_id))?;
        let cached = self.tasks.clone();
        Ok(Overview::new(tasks, ids, cached))
    }
}
