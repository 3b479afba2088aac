//! Jobs in Redis: a queue of the server's for each test.

use apalis_redis::{Config, RedisStorage};

use crate::suite::SendReminder;
use crate::unique;

pub type Storage = RedisStorage<SendReminder>;

/// A new queue that nobody else knows.
pub async fn storage() -> Storage {
    let connection = apalis_redis::connect(unique::server("SPANWEAVE_TEST_REDIS")).await.unwrap();
    RedisStorage::new(connection).with_config(Config::default().queue(unique::name("queue")))
}

pub fn worker() -> String {
    unique::name("worker")
}
