use spanweave::traced_service;

struct Service;

#[traced_service]
impl Service {
    pub async fn list(&self) -> usize {
        let name = self.
    }
}

fn main() {
    drop(Service.list());
}
