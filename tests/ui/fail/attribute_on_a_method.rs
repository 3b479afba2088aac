use spanweave::{traced_client, traced_service};

struct Service;

#[traced_service]
impl Service {
    #[traced_client]
    pub async fn upload(&self) {}
}

fn main() {
    drop(Service.upload());
}
