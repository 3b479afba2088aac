use spanweave::traced_service;

struct Service;

#[traced_service(name = "A", name = "B")]
impl Service {
    #[traced(name = "a")]
    #[traced(name = "b")]
    pub async fn list(&self) {}
}

fn main() {
    drop(Service.list());
}
