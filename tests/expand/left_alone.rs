#[traced_service]
impl TaskService {
    const LIMIT: usize = 10;
    pub fn new(store: Store) -> Self {
        Self { store }
    }
    pub fn later(&self) -> impl Future<Output = u8> {
        async { 1 }
    }
    async fn helper(&self) -> u8 {
        1
    }
    #[traced]
    async fn private(&self) -> u8 {
        self.helper().await
    }
}
