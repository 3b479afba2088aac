//! Those who do the jobs: one for each queue, one for each schedule.

use std::time::Duration;

use apalis::layers::WorkerBuilderExt;
use apalis::prelude::{AbortError, BackendExt, BoxDynError, Data, WorkerBuilder, WorkerError};
use apalis_cron::{CronScheduler, Tick};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use spanweave::Telemetry;
use spanweave::job::AsJson;
use tokio_util::sync::CancellationToken;

use super::post::occupy;
use super::retry::Retry;
use super::schedule::Scheduled;
use super::{Job, Queue};
use crate::app::App;
use crate::error::AppError;

/// How often a queue that was empty is looked into.
const POLL: Duration = Duration::from_millis(200);

/// Does jobs until it is told to stop, whatever happens to the queues meanwhile.
pub async fn work(app: App, telemetry: &Telemetry, stop: impl Future<Output = ()> + Send) {
    let crew = Crew { app, telemetry: telemetry.clone(), stop: CancellationToken::new() };
    let jobs = crew.app.jobs.clone();
    tokio::join!(
        crew.on_queue(&jobs.notifications),
        crew.on_queue(&jobs.thumbnails),
        crew.on_schedule(Scheduled::RemindDue),
        crew.on_schedule(Scheduled::SendDigest),
        crew.on_schedule(Scheduled::PurgeSessions),
        crew.on_schedule(Scheduled::EnqueueNotifications),
        crew.on_schedule(Scheduled::RemoveDiscarded),
        stop.map(|()| crew.stop.cancel()),
    );
}

/// What all workers share.
struct Crew {
    app: App,
    telemetry: Telemetry,
    stop: CancellationToken,
}

impl Crew {
    /// The workers of a queue. Its back ends differ in their types alone.
    async fn on_queue<J: Job>(&self, queue: &Queue<J>) {
        macro_rules! worker {
            ($name:expr, $back_end:expr) => {{
                let jobs = self.telemetry.job_layer().queue(J::QUEUE).payload_size(AsJson);
                WorkerBuilder::new($name)
                    .backend($back_end)
                    .data(self.app.clone())
                    // A job that waits for its next attempt is one of them.
                    .concurrency(J::CONCURRENCY)
                    .retry(Retry::new())
                    .catch_panic()
                    .layer(jobs.error_class::<AppError>())
                    .timeout(J::TIMEOUT)
                    .build(perform::<J>)
                    .run_until(self.stopped())
                    .boxed()
            }};
        }
        let worker = |name| match queue.clone() {
            Queue::InProcess(queue) => worker!(name, queue.storage()),
            Queue::Redis(storage) => worker!(name, storage.poll_with_interval(POLL)),
            Queue::Postgres(storage) => worker!(name, storage.poll_with_interval(POLL)),
        };
        occupy(J::QUEUE, &self.stop, worker).await;
    }

    /// The workers of a schedule.
    async fn on_schedule(&self, scheduled: Scheduled) {
        let task_type = scheduled.task_type();
        let worker = |name| {
            let app = self.app.clone();
            WorkerBuilder::new(name)
                .backend(CronScheduler::new(scheduled.schedule()))
                .catch_panic()
                .layer(self.telemetry.job_layer().task_type(task_type).error_class::<AppError>())
                .timeout(Scheduled::TIMEOUT)
                .build(move |_: Tick| {
                    let app = app.clone();
                    async move { scheduled.perform(&app).await }
                })
                .run_until(self.stopped())
        };
        occupy(task_type, &self.stop, worker).await;
    }

    /// What tells a worker to stop.
    fn stopped(&self) -> BoxFuture<'static, Result<(), WorkerError>> {
        self.stop.clone().cancelled_owned().map(Ok).boxed()
    }
}

async fn perform<J: Job>(job: J, app: Data<App>) -> Result<(), BoxDynError> {
    job.perform(&app).await.map_err(|error| {
        // What would fail again is not tried again.
        if error.is_transient() { error.into() } else { AbortError::new(error).into() }
    })
}
