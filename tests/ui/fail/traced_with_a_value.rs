use spanweave::traced_service;

struct Service;

#[traced_service]
impl Service {
    #[traced = "list"]
    pub async fn list(&self) {}
}

fn main() {
    drop(Service.list());
}
