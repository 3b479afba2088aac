//! What becomes of jobs while the server of their queue is away.

use std::time::Duration;

use tokio::time::sleep;

use crate::common::Worker;
use crate::common::vendor::answer;
use crate::line::Line;
use crate::suite::{KIND, notify, start, user};

/// Jobs are done after the server of the queue was away, twice.
pub async fn is_survived(line: &Line) {
    let (app, _apple) = start(Some(line.url.clone()), |_| answer(200, "")).await;
    let worker = Worker::start(&app).await;
    let user = user(&app).await;
    notify(&app, &user, "before").await.unwrap();
    worker.jobs_done(KIND, 1).await;
    for outage in 0..2 {
        line.cut();
        // The worker looks into the queue, and so does its successor.
        sleep(Duration::from_secs(2)).await;
        line.mend();
        while notify(&app, &user, "after").await.is_err() {
            sleep(Duration::from_millis(100)).await;
        }
        worker.jobs_done(KIND, 2 + outage).await;
    }
}
