#[traced_service(calls(tasks))]
impl TaskService {
    pub async fn list(&self, ctx: &AuthContext) -> Result<Vec<Task>, AppError> {
        self.tasks.list(ctx.user_id).await
    }
}
