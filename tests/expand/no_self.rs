#[repo]
impl TaskRepository {
    pub async fn connect<E: Into<Endpoint>, const RETRIES: usize>(endpoint: E) -> Result<Self, Error> {
        Self::dial(endpoint.into(), RETRIES).await
    }
}
