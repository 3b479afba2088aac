//! Jobs that wait in `PostgreSQL`. Each test has a database of the server's for itself.

#[path = "../common/mod.rs"]
mod common;
mod line;
mod outage;
mod suite;

use line::Line;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

async fn database(name: &str) -> String {
    let server = std::env::var("SPANWEAVE_TEST_POSTGRES");
    let server = server.expect("SPANWEAVE_TEST_POSTGRES is set: `cargo xtask test` starts a server");
    let name = format!("honeydue_jobs_{name}_{}", std::process::id());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let (url, _) = server.rsplit_once('/').unwrap();
    format!("{url}/{name}")
}

#[tokio::test]
async fn a_job_is_tried_five_times_and_one_that_is_refused_once() {
    suite::attempts_are_counted(Some(database("attempts").await)).await;
}

#[tokio::test]
async fn workers_share_a_queue() {
    suite::jobs_are_bounded(Some(database("shared").await), 2).await;
}

#[tokio::test]
async fn jobs_are_done_after_the_server_was_away() {
    let line = Line::to(&database("away").await).await;
    outage::is_survived(&line).await;
}
