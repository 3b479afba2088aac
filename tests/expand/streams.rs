#[repo]
impl Tasks {
    pub fn all(&self) -> impl Stream<Item = sqlx::Result<Task>> + '_ {
        sqlx::query_as("SELECT * FROM tasks").fetch(&self.pool)
    }
    pub async fn opened(&self) -> Result<BoxStream<'static, Task>, AppError> {
        self.hub.subscribe().await
    }
}
