#[traced_service(name = "Tasks")]
impl<C> TaskService<C> {
    #[traced(name = "import tasks", fields(user_id, rows = items.len()))]
    pub async fn import(&self, user_id: i64, items: Vec<Task>) -> usize {
        self.store(items).await
    }
    #[traced(skip = "called for every byte")]
    pub async fn byte(&self) -> u8 {
        0
    }
}
