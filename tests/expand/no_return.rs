#[traced_service]
impl TaskService {
    pub async fn clear(&self) {
        self.store.clear().await;
    }
}
