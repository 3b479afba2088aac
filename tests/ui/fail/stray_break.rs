use spanweave::traced_service;

struct Service;

#[traced_service]
impl Service {
    pub async fn list(&self) -> usize {
        break;
    }
}

fn main() {}
