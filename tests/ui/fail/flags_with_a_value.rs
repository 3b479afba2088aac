use spanweave::traced_service;

struct Service;

#[traced_service(strict = true, sync(all))]
impl Service {
    pub async fn a(&self) {}
}

fn main() {}
