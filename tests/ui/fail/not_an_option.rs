use spanweave::traced_service;

struct Service;

#[traced_service("Service")]
impl Service {
    pub async fn list(&self) {}
}

fn main() {
    drop(Service.list());
}
