#[traced_service(calls(tasks))]
impl TaskService {
    #[instrument(skip(self))]
    pub async fn list(&self, Path(mut id): Path<i64>, mut limit: u32, _: Version) -> Result<Vec<Task>, AppError> {
        limit += 1;
        id += 1;
        self.tasks.list(id, limit).await
    }
    #[must_use]
    pub async fn count(&self) -> usize {
        self.tasks.count().await
    }
}
