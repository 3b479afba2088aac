//! Where jobs wait: in the process, in Redis or in `PostgreSQL`.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use apalis::prelude::{Task, TaskSinkError};
use apalis_core::backend::memory::{BoxedReceiver, MemorySink, MemoryStorage, MemoryStorageError};
use apalis_postgres::{PgPool, PostgresStorage};
use apalis_redis::{ConnectionManager, RedisError, RedisStorage};
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::{Sink, SinkExt, StreamExt, stream};
use secrecy::ExposeSecret;
use spanweave::job::TracedSink;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::Mutex;

use super::Job;
use crate::config::JobsConfig;

/// How often a worker says that it is there. The jobs of one that has missed it so many times are done by another one.
const HEARTBEAT: Duration = Duration::from_secs(5);
const MISSED_HEARTBEATS: usize = 6;
/// How long a request waits for a connection to enqueue a job before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// What a back end answers.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// Redis, where it is connected to.
    #[error("Redis of JOBS_URL cannot be used")]
    Redis(#[from] RedisError),
    /// `PostgreSQL`, where it is connected to or set up.
    #[error("PostgreSQL of JOBS_URL cannot be used")]
    Postgres(#[from] apalis_postgres::Error),
    /// Redis, where a job is pushed.
    #[error("Redis does not take the job")]
    PushRedis(#[source] TaskSinkError<apalis_redis::Error>),
    /// `PostgreSQL`, where a job is pushed.
    #[error("PostgreSQL does not take the job")]
    PushPostgres(#[source] TaskSinkError<apalis_postgres::Error>),
    /// The process' own queue, which ends with its worker.
    #[error("the queue of the process has ended")]
    PushInProcess(#[source] TaskSinkError<MemoryStorageError>),
}

/// What queues are made of.
pub(super) enum Connection {
    InProcess,
    Redis(ConnectionManager),
    Postgres(PgPool),
}

impl Connection {
    pub(super) async fn open(config: &JobsConfig) -> Result<Connection, QueueError> {
        match config {
            JobsConfig::InProcess => Ok(Connection::InProcess),
            JobsConfig::Redis(url) => {
                Ok(Connection::Redis(apalis_redis::connect(url.expose_secret()).await?))
            }
            JobsConfig::Postgres(url) => {
                let options = PgPoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT);
                let pool =
                    options.connect(url.expose_secret()).await.map_err(apalis_postgres::Error::from)?;
                PostgresStorage::setup(&pool).await?;
                Ok(Connection::Postgres(pool))
            }
        }
    }

    pub(super) fn queue<J: Job>(&self) -> Queue<J> {
        match self {
            Connection::InProcess => Queue::InProcess(InProcess::new()),
            Connection::Redis(connection) => {
                let config = apalis_redis::Config::default()
                    .queue(J::QUEUE)
                    .heartbeat_interval(HEARTBEAT)
                    .missed_heartbeats(MISSED_HEARTBEATS);
                Queue::Redis(RedisStorage::new(connection.clone()).with_config(config))
            }
            Connection::Postgres(pool) => {
                let config = apalis_postgres::Config::default()
                    .queue(J::QUEUE)
                    .heartbeat_interval(HEARTBEAT)
                    .missed_heartbeats(MISSED_HEARTBEATS);
                Queue::Postgres(PostgresStorage::new(pool).with_config(config))
            }
        }
    }
}

/// Jobs of one kind.
#[derive(Clone)]
pub enum Queue<J: Job> {
    /// In memory.
    InProcess(InProcess<J>),
    /// In Redis.
    Redis(RedisStorage<J>),
    /// In `PostgreSQL`.
    Postgres(PostgresStorage<J>),
}

impl<J: Job> Queue<J> {
    /// Adds one, which remembers the trace it comes from.
    ///
    /// # Errors
    ///
    /// The back end does not take it.
    pub async fn push(&self, job: J) -> Result<(), QueueError> {
        match self {
            Queue::InProcess(queue) => {
                queue.pushing.lock().await.push_traced(job).await.map_err(QueueError::PushInProcess)
            }
            Queue::Redis(storage) => storage.clone().push_traced(job).await.map_err(QueueError::PushRedis),
            Queue::Postgres(storage) => {
                storage.clone().push_traced(job).await.map_err(QueueError::PushPostgres)
            }
        }
    }
}

/// A channel between those who enqueue and the worker.
///
/// Each side has a storage of its own: apalis' panics where both ask for its lock at once.
pub struct InProcess<J> {
    pushing: Arc<Mutex<MemoryStorage<J>>>,
    sender: UnboundedSender<Task<J>>,
    receiver: Arc<std::sync::Mutex<UnboundedReceiver<Task<J>>>>,
}

impl<J: Job> InProcess<J> {
    fn new() -> InProcess<J> {
        let (sender, receiver) = unbounded();
        let pushing = MemoryStorage::new_with(sink(sender.clone()), stream::pending().boxed());
        InProcess {
            pushing: Arc::new(Mutex::new(pushing)),
            sender,
            receiver: Arc::new(std::sync::Mutex::new(receiver)),
        }
    }

    /// The worker's side, also of one that starts again.
    pub(super) fn storage(&self) -> MemoryStorage<J> {
        let receiver = Arc::clone(&self.receiver);
        let jobs: BoxedReceiver<J> = stream::poll_fn(move |cx| match receiver.lock() {
            Ok(mut receiver) => receiver.poll_next_unpin(cx),
            Err(_) => Poll::Ready(None),
        })
        .boxed();
        MemoryStorage::new_with(sink(self.sender.clone()), jobs)
    }
}

impl<J> Clone for InProcess<J> {
    fn clone(&self) -> InProcess<J> {
        InProcess {
            pushing: Arc::clone(&self.pushing),
            sender: self.sender.clone(),
            receiver: Arc::clone(&self.receiver),
        }
    }
}

fn sink<J: Job>(sender: UnboundedSender<Task<J>>) -> MemorySink<J> {
    let sink: Box<dyn Sink<Task<J>, Error = MemoryStorageError> + Send + Sync + Unpin> =
        Box::new(sender.sink_map_err(MemoryStorageError::SendError));
    MemorySink::new(Arc::new(futures_util::lock::Mutex::new(sink)))
}
