//! Jobs in `PostgreSQL`: a queue of the server's for each test.

use apalis_postgres::{Config, PostgresStorage};
use sqlx::PgPool;
use tokio::sync::OnceCell;

use crate::suite::SendReminder;
use crate::unique;

pub type Storage = PostgresStorage<SendReminder>;

/// A new queue that nobody else knows.
pub async fn storage() -> Storage {
    static TABLES: OnceCell<()> = OnceCell::const_new();
    let pool = PgPool::connect(&unique::server("SPANWEAVE_TEST_POSTGRES")).await.unwrap();
    TABLES.get_or_init(async || PostgresStorage::setup(&pool).await.unwrap()).await;
    PostgresStorage::new(&pool).with_config(Config::default().queue(unique::name("queue")))
}

pub fn worker() -> String {
    unique::name("worker")
}
