#[repo]
pub trait TaskRepository: Send {
    type Key;

    /// The tasks of a user.
    async fn list(&self, user_id: i64) -> Result<Vec<Task>, AppError>;
    fn count(&self) -> impl Future<Output = usize> + Send;
    async fn all(&self) -> usize {
        self.list(1).await.map_or(0, |tasks| tasks.len())
    }
    async fn close(self) -> bool;
    fn name(&self) -> &str;
}
