#[traced_service]
impl Feed {
    pub async fn events(&self) -> impl Stream<Item = Event> + use<> {
        self.hub.subscribe()
    }
    pub async fn lines(&self) -> Result<impl Iterator<Item = String>, Error> {
        Ok(self.read().await?.into_iter())
    }
    pub async fn run(&self) -> ! {
        loop {
            self.tick().await;
        }
    }
}
