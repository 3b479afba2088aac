//! Both processes over `PostgreSQL`, which has the jobs as well.

#[path = "../common/mod.rs"]
mod common;
mod process;
mod scenario;
mod system;
mod user;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

#[tokio::test]
async fn one_request_is_one_trace_of_two_processes() {
    let database = new_database().await;
    scenario::tasks_are_completed(&database, &database, tempfile::tempdir().unwrap()).await;
}

/// A database of the server's that nobody else has.
async fn new_database() -> String {
    let server = std::env::var("SPANWEAVE_TEST_POSTGRES");
    let server = server.expect("SPANWEAVE_TEST_POSTGRES is set: `cargo xtask test` starts a server");
    let name = format!("honeydue_{}", std::process::id());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let (url, _) = server.rsplit_once('/').unwrap();
    format!("{url}/{name}")
}
