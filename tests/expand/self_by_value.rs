#[traced_service]
impl Job {
    pub async fn run(mut self, #[allow(unused)] permit: Permit) -> u64 {
        self.ticks += 1;
        self.ticks
    }
    pub async fn share(self: Arc<Self>, id: i64) -> Option<Task> {
        self.tasks.get(&id).cloned()
    }
}
