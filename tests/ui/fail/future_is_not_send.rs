use std::rc::Rc;

use spanweave::traced_service;

struct Service;

#[traced_service]
impl Service {
    pub async fn held(&self) -> usize {
        let shared = Rc::new(1);
        std::future::ready(()).await;
        *shared
    }
}

fn spawn(_: impl Future<Output = usize> + Send) {}

fn main() {
    spawn(Service.held());
}
