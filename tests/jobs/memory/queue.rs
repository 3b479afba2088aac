//! Jobs in memory.

use apalis_core::backend::memory::MemoryStorage;

use crate::suite::SendReminder;

pub type Storage = MemoryStorage<SendReminder>;

#[expect(clippy::unused_async, reason = "other back ends wait for a server")]
pub async fn storage() -> Storage {
    MemoryStorage::new()
}

pub fn worker() -> String {
    "worker".to_owned()
}
