//! Those who do the jobs: one for each queue, one for each schedule.

use std::time::Duration;

use apalis::layers::WorkerBuilderExt;
use apalis::layers::retry::RetryPolicy;
use apalis::prelude::{AbortError, BoxDynError, Data, Monitor, MonitorError, WorkerBuilder};
use apalis_cron::{CronScheduler, Tick};
use spanweave::Telemetry;
use spanweave::job::AsJson;
use tower::retry::backoff::{ExponentialBackoffMaker, MakeBackoff};

use super::schedule::Scheduled;
use super::{Job, MAX_ATTEMPTS, Queue};
use crate::app::App;
use crate::error::AppError;

/// How long an attempt may take.
const TIMEOUT: Duration = Duration::from_mins(1);
/// How long attempts that are under way have when the worker is to stop.
const TIME_TO_STOP: Duration = Duration::from_secs(4);

/// Does jobs until it is told to stop.
///
/// # Errors
///
/// A worker failed for good.
pub async fn work(
    app: App,
    telemetry: &Telemetry,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), MonitorError> {
    let crew = Crew { app, telemetry: telemetry.clone() };
    let jobs = crew.app.jobs.clone();
    let monitor = Monitor::new().shutdown_timeout(TIME_TO_STOP);
    let monitor = crew.on_queue(monitor, &jobs.notifications);
    let monitor = crew.on_queue(monitor, &jobs.thumbnails);
    let monitor = crew.on_schedule(monitor, Scheduled::RemindDue);
    let monitor = crew.on_schedule(monitor, Scheduled::SendDigest);
    let monitor = crew.on_schedule(monitor, Scheduled::EnqueueNotifications);
    let monitor = crew.on_schedule(monitor, Scheduled::RemoveDiscarded);
    monitor
        .run_with_signal(async {
            stop.await;
            Ok(())
        })
        .await
}

/// What all workers share.
#[derive(Clone)]
struct Crew {
    app: App,
    telemetry: Telemetry,
}

impl Crew {
    /// Registers the worker of a queue. Its back ends differ in their types alone.
    fn on_queue<J: Job>(&self, monitor: Monitor, queue: &Queue<J>) -> Monitor {
        let crew = self.clone();
        macro_rules! register {
            ($back_end:expr) => {
                monitor.register(move |_| {
                    let jobs = crew.telemetry.job_layer().queue(J::QUEUE).payload_size(AsJson);
                    WorkerBuilder::new(J::QUEUE)
                        .backend($back_end)
                        .data(crew.app.clone())
                        .catch_panic()
                        .retry(RetryPolicy::retries(MAX_ATTEMPTS - 1).with_backoff(backoff()))
                        .layer(jobs.error_class::<AppError>())
                        .timeout(TIMEOUT)
                        .build(perform::<J>)
                })
            };
        }
        match queue.clone() {
            Queue::InProcess(queue) => register!(queue.storage()),
            Queue::Redis(storage) => register!(storage.clone()),
            Queue::Postgres(storage) => register!(storage.clone()),
        }
    }

    /// Registers the worker of a schedule.
    fn on_schedule(&self, monitor: Monitor, scheduled: Scheduled) -> Monitor {
        let crew = self.clone();
        monitor.register(move |_| {
            let app = crew.app.clone();
            WorkerBuilder::new(scheduled.task_type())
                .backend(CronScheduler::new(scheduled.schedule()))
                .catch_panic()
                .layer(crew.telemetry.job_layer().task_type(scheduled.task_type()).error_class::<AppError>())
                .timeout(TIMEOUT)
                .build(move |_: Tick| {
                    let app = app.clone();
                    async move { scheduled.perform(&app).await }
                })
        })
    }
}

async fn perform<J: Job>(job: J, app: Data<App>) -> Result<(), BoxDynError> {
    job.perform(&app).await.map_err(|error| {
        // What would fail again is not tried again.
        if error.is_transient() { error.into() } else { AbortError::new(error).into() }
    })
}

/// From a second on, twice as long after each attempt.
fn backoff() -> impl tower::retry::backoff::Backoff<Future: Send> + Clone + Send + Sync {
    let maker = ExponentialBackoffMaker::new(
        Duration::from_secs(1),
        TIMEOUT,
        0.5,
        tower::util::rng::HasherRng::default(),
    );
    maker.expect("the bounds are in order").make_backoff()
}
