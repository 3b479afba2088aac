use spanweave::traced_service;

struct Service;

#[traced_service(nam = "Service")]
impl Service {
    #[traced(skip = "")]
    pub async fn a(&self) {}

    #[traced]
    pub const fn b(&self) {}
}

fn main() {
    drop(Service.a());
    Service.b();
}
