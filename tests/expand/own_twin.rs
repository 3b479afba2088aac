#[traced_service(calls(tasks))]
impl TaskService {
    pub async fn list_ctx(&self, ctx: Ctx, user_id: i64) -> Result<Vec<Task>, AppError> {
        tokio::spawn(audit(ctx, user_id));
        self.tasks.list(user_id).await
    }
}
