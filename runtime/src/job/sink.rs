//! Enqueueing jobs.

use std::future::Future;

use apalis_core::backend::{TaskSink, TaskSinkError};
use apalis_core::task::Task;
use opentelemetry_semantic_conventions::attribute::MESSAGING_DESTINATION_NAME;

use super::enqueued::Enqueued;
use super::layer::shortened;
use super::task_type::TaskType;
use crate::call::Call;
use crate::ctx::Ctx;
use crate::outcome::ClassedReturn;

/// Back ends of apalis that jobs are pushed to, together with the context that they are pushed from.
pub trait TracedSink<Args, Kind>: TaskSink<Args, Kind> + Send
where
    Args: Send,
{
    /// Pushes a job, or a whole [`Task`], with where it comes from. In a trace this is a span `job.enqueue:<task type>`, under
    /// which the attempts at the job are; outside any, the job is pushed all the same, and only its wait is measured.
    ///
    /// The task type is the last part of the name of `Args`, as in `snake_case`.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// use apalis_core::backend::memory::MemoryStorage;
    /// use apalis_core::task::builder::TaskBuilder;
    /// use spanweave::job::TracedSink;
    ///
    /// let mut jobs = MemoryStorage::<u32>::new();
    /// jobs.push_traced(7).await?;
    /// jobs.push_traced(TaskBuilder::new(7).max_attempts(3).run_in_minutes(10).build()).await?;
    /// # Ok::<(), apalis_core::error::BoxDynError>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// Those of [`TaskSink::push_task`].
    fn push_traced(
        &mut self,
        task: impl Into<Task<Args>>,
    ) -> impl Future<Output = Result<(), TaskSinkError<Self::Error>>> + Send {
        push(self, TaskType::of::<Args>(None), task.into())
    }

    /// [`push_traced`](TracedSink::push_traced) of a job whose [layer](super::JobLayer::task_type) has a task type of its own.
    ///
    /// # Errors
    /// Those of [`TaskSink::push_task`].
    fn push_traced_as(
        &mut self,
        task_type: &'static str,
        task: impl Into<Task<Args>>,
    ) -> impl Future<Output = Result<(), TaskSinkError<Self::Error>>> + Send {
        push(self, TaskType::of::<Args>(Some(task_type)), task.into())
    }
}

impl<S, Args, Kind> TracedSink<Args, Kind> for S
where
    S: TaskSink<Args, Kind> + Send,
    Args: Send,
{
}

fn push<S, Args, Kind>(
    sink: &mut S,
    task_type: &'static TaskType,
    mut task: Task<Args>,
) -> impl Future<Output = Result<(), TaskSinkError<S::Error>>> + Send
where
    S: TaskSink<Args, Kind> + Send,
    Args: Send,
{
    Call::new(Ctx::current(), task_type.enqueueing.site()).run(ClassedReturn, async move {
        let queue = task.queue().map(AsRef::as_ref);
        Ctx::current().set(MESSAGING_DESTINATION_NAME, queue.map(shortened));
        let enqueued = Enqueued::now().of_run_at(task.run_at());
        let Ok(()) = task.inject_metadata(&enqueued);
        sink.push_task(task).await
    })
}
