//! Both processes over `SQLite` and Redis.

#[path = "../common/mod.rs"]
mod common;
mod process;
mod scenario;
mod system;
mod user;

/// A database of the server's that no other test has.
const DATABASE: &str = "9";

#[tokio::test]
async fn one_request_is_one_trace_of_two_processes() {
    let server = std::env::var("SPANWEAVE_TEST_REDIS");
    let server = server.expect("SPANWEAVE_TEST_REDIS is set: `cargo xtask test` starts a server");
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display());
    scenario::tasks_are_completed(&database, &format!("{server}/{DATABASE}"), folder).await;
}
