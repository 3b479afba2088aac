#[traced_service]
impl TaskService {
    pub fn boxed(&self, id: i64) -> Pin<Box<dyn Future<Output = Result<Task, AppError>> + Send + '_>> {
        Box::pin(async move { self.store.load(id).await })
    }
    pub fn made(&self, id: i64) -> BoxFuture<'_, Result<Task, AppError>> {
        let store = self.store.clone();
        async move { store.load(id).await }.boxed()
    }
}
