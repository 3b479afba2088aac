//! The layer of a worker, and what it is told of the jobs.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::SystemTime;

use apalis_core::task::Task;
use apalis_core::task::metadata::Metadata;
use opentelemetry_semantic_conventions::attribute::MESSAGING_DESTINATION_NAME;
use tower_layer::Layer;

use super::enqueued::Enqueued;
use super::failure::Failures;
use super::payload::{PayloadSize, Unmeasured};
use super::service::JobService;
use super::task_type::TaskType;
use crate::clock;
use crate::core;
use crate::ctx::Ctx;
use crate::names::JOB_RETRIES;
use crate::outcome::{ErrorClass, Outcome};
use crate::root::{OpenRoot, Root};
use crate::telemetry::Telemetry;

const ATTEMPT: &str = "job.attempt";
const MAX_ATTEMPTS: &str = "job.max_attempts";
const PAYLOAD_SIZE: &str = "job.payload_size_bytes";

/// The most bytes of a queue's name that are shown.
const MAX_QUEUE: usize = 128;

impl Telemetry {
    /// A layer for a worker of apalis: every attempt at a job is a span `job.handle:<task type>`, whose context is current
    /// in the handler, and is measured in `job_duration_seconds`.
    ///
    /// It goes on with the trace that the job was [enqueued](crate::job::TracedSink::push_traced) in, and its decision to
    /// sample with it; see [`linked`](JobLayer::linked) for jobs that are better traces of their own. A job that came without
    /// one begins a trace.
    ///
    /// [The order of layers](crate::job#the-order-of-layers) matters.
    pub fn job_layer(&self) -> JobLayer {
        JobLayer {
            telemetry: self.clone(),
            task_type: None,
            queue: None,
            is_linked: false,
            failures: Failures::default(),
            payload: Unmeasured,
        }
    }
}

/// Makes every attempt at a job a span, a duration and an outcome; see [`Telemetry::job_layer`].
///
/// It is a clone of the handle, too: what it traces is exported for as long as the worker lives.
#[derive(Clone)]
#[must_use = "a layer does nothing until a worker has it"]
pub struct JobLayer<P = Unmeasured> {
    telemetry: Telemetry,
    task_type: Option<&'static str>,
    queue: Option<Cow<'static, str>>,
    is_linked: bool,
    pub(super) failures: Failures,
    payload: P,
}

impl<P> JobLayer<P> {
    /// What the jobs are called in spans and metrics. By default it is the last part of the name of their arguments' type,
    /// as in `snake_case`: `send_reminder` for `jobs::SendReminder`.
    pub fn task_type(mut self, task_type: &'static str) -> JobLayer<P> {
        self.task_type = Some(task_type);
        self
    }

    /// The queue that spans show, for back ends whose tasks do not tell theirs, like Redis: its first 128 bytes.
    pub fn queue(mut self, queue: impl Into<Cow<'static, str>>) -> JobLayer<P> {
        self.queue = Some(queue.into());
        self
    }

    /// Makes every attempt a trace of its own, with a link to where the job was enqueued: for jobs that run hours later, for
    /// thousands that one request enqueues, and for those that enqueue their successor.
    pub fn linked(mut self) -> JobLayer<P> {
        self.is_linked = true;
        self
    }

    /// Has errors of this type tell their class, also where they are the cause of another. By default the class of an error
    /// is `error`, since its type does not come through apalis, and for errors that apalis or tower make `timeout`,
    /// `aborted`, `retry_after` or `deferred`.
    ///
    /// ```
    /// # use std::{error::Error, fmt};
    /// #[derive(Debug, spanweave::ErrorClass)]
    /// enum ReminderError {
    ///     NoToken,
    /// }
    /// # impl fmt::Display for ReminderError {
    /// #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("no token") }
    /// # }
    /// # impl Error for ReminderError {}
    /// # let telemetry = spanweave::testing::TestTelemetry::new();
    /// let layer = telemetry.job_layer().error_class::<ReminderError>();
    /// ```
    pub fn error_class<E: ErrorClass + Error + 'static>(mut self) -> JobLayer<P> {
        self.failures = Failures::of::<E>();
        self
    }

    /// How the size of a job's arguments is told, for the attribute `job.payload_size_bytes`. A layer sees them decoded, so
    /// it is measured anew, where the span is recorded: as JSON, or by a function.
    ///
    /// ```
    /// # let telemetry = spanweave::testing::TestTelemetry::new();
    /// use spanweave::job::AsJson;
    ///
    /// let layer = telemetry.job_layer().payload_size(AsJson);
    /// let layer = telemetry.job_layer().payload_size(|body: &String| body.len());
    /// ```
    pub fn payload_size<Q>(self, payload: Q) -> JobLayer<Q> {
        let JobLayer { telemetry, task_type, queue, is_linked, failures, payload: _ } = self;
        JobLayer { telemetry, task_type, queue, is_linked, failures, payload }
    }

    /// Opens the root of an attempt.
    pub(super) fn open<Args>(&self, task: &Task<Args>) -> OpenRoot {
        let handling = &TaskType::of::<Args>(self.task_type).handling;
        let Ok(enqueued) = Enqueued::extract(task.metadata());
        let enqueued = enqueued.of_run_at(task.run_at());
        let is_first = task.attempt() == 0;
        let waited = enqueued.waited(SystemTime::now()).filter(|_| is_first);
        let core = self.telemetry.core();
        if !is_first {
            core.counters.add(&JOB_RETRIES, handling);
        }
        let root = Root { core, site: handling.site() };
        let root =
            if self.is_linked { root.linked_to([enqueued.from()]) } else { root.under(enqueued.from()) };
        let root = root.open();
        if let Some(waited) = waited {
            let nanos = u64::try_from(waited.as_nanos()).unwrap_or(u64::MAX);
            core::measure(root.ctx().key, handling.waits(), clock::ticks_within(nanos), Outcome::Ok);
        }
        root
    }

    /// Shows what is known of an attempt on its span.
    pub(super) fn describe<Args>(&self, ctx: Ctx, task: &Task<Args>)
    where
        P: PayloadSize<Args>,
    {
        if !ctx.is_recording() {
            return;
        }
        // Those that were made before are counted, and this is one more.
        ctx.set(ATTEMPT, task.attempt().saturating_add(1));
        ctx.set(MAX_ATTEMPTS, task.max_attempts());
        ctx.set(PAYLOAD_SIZE, self.payload.payload_size(&task.args));
        let queue = self.queue.as_deref().or(task.queue().map(AsRef::as_ref));
        ctx.set(MESSAGING_DESTINATION_NAME, queue.map(shortened));
    }
}

pub(super) fn shortened(queue: &str) -> &str {
    &queue[..queue.floor_char_boundary(MAX_QUEUE)]
}

impl<S, P: Clone> Layer<S> for JobLayer<P> {
    type Service = JobService<S, P>;

    fn layer(&self, inner: S) -> JobService<S, P> {
        JobService::new(inner, self.clone())
    }
}

/// The handle, and what is said of the jobs.
impl<P> fmt::Debug for JobLayer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobLayer")
            .field("telemetry", &self.telemetry)
            .field("task_type", &self.task_type)
            .field("queue", &self.queue)
            .field("is_linked", &self.is_linked)
            .finish_non_exhaustive()
    }
}
