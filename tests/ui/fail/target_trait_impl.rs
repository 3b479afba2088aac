use spanweave::traced_service;

struct Service;

#[traced_service]
impl Clone for Service {
    fn clone(&self) -> Self {
        Service
    }
}

fn main() {
    let _ = Service.clone();
}
