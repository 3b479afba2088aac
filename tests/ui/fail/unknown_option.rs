use spanweave::traced_service;

struct Service;

#[traced_service(timeout = 3)]
impl Service {
    pub async fn list(&self) {}
}

fn main() {
    drop(Service.list());
}
