//! Jobs that wait in the process.

#[path = "../common/mod.rs"]
mod common;
mod suite;

#[tokio::test]
async fn a_job_is_tried_five_times_and_one_that_is_refused_once() {
    suite::attempts_are_counted(None).await;
}

#[tokio::test]
async fn a_vendor_is_left_alone_for_as_long_as_it_asks() {
    suite::pauses_are_kept(None).await;
}

#[tokio::test]
async fn a_worker_is_at_so_many_jobs_at_a_time() {
    suite::jobs_are_bounded(None, 1).await;
}
