use spanweave::traced_service;

struct Service;

#[traced_service]
impl Service {
    #[traced]
    pub const LIMIT: usize = 10;
}

fn main() {
    let _ = Service::LIMIT;
}
