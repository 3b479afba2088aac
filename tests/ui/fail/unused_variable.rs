#![deny(unused_variables, unused_mut, unused_must_use)]

use spanweave::traced_service;

pub struct Service;

#[traced_service]
impl Service {
    pub async fn argument(&self, user_id: i64) {}

    pub async fn in_a_pattern(&self, (a, b): (u8, u8)) -> u8 {
        a
    }

    pub async fn in_the_body(&self, mut limit: u8) -> u8 {
        let unused = 1;
        limit
    }

    #[must_use]
    pub async fn count(&self) -> usize {
        1
    }

    pub async fn unused_count(&self) {
        self.count().await;
    }
}

fn main() {}
