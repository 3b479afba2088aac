use std::sync::Arc;

use spanweave::traced_service;

struct Service;

#[traced_service]
impl Service {
    pub async fn list(&self) -> usize {
        1
    }

    pub async fn in_the_background(self: Arc<Self>) {
        tokio::spawn(self.list());
    }
}

fn main() {}
