#[traced_service]
impl Service {
    #[cfg_attr(feature = "quiet", traced(skip = "not here"))]
    pub async fn ping(&self) {}
}
