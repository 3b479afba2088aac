#[traced_service]
#[Object]
impl Query {
    pub async fn value(&self, id: u64) -> u64 {
        id + 1
    }
}
