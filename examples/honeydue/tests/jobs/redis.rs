//! Jobs that wait in Redis. Each test has a database of the server's for itself.

#[path = "../common/mod.rs"]
mod common;
mod line;
mod outage;
mod suite;

use line::Line;

fn database(number: u8) -> String {
    let server = std::env::var("SPANWEAVE_TEST_REDIS");
    let server = server.expect("SPANWEAVE_TEST_REDIS is set: `cargo xtask test` starts a server");
    format!("{}/{number}", server.trim_end_matches('/'))
}

#[tokio::test]
async fn a_job_is_tried_five_times_and_one_that_is_refused_once() {
    suite::attempts_are_counted(Some(database(10))).await;
}

#[tokio::test]
async fn workers_share_a_queue() {
    suite::jobs_are_bounded(Some(database(11)), 2).await;
}

#[tokio::test]
async fn jobs_are_done_after_the_server_was_away() {
    let line = Line::to(&database(12)).await;
    outage::is_survived(&line).await;
}
