use spanweave::traced_service;

struct Service;

#[traced_service(name = Service)]
impl Service {
    #[traced(name = 3)]
    pub async fn a(&self) {}

    #[traced(name = "")]
    pub async fn b(&self) {}

    #[traced(name =)]
    pub async fn c(&self) {}
}

fn main() {}
