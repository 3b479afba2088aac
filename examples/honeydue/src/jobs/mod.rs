//! Work that nobody waits for: it is enqueued here and done by a [worker](work).

mod post;
mod queue;
mod retry;
mod schedule;
mod worker;

pub use queue::{Queue, QueueError};
pub use worker::work;

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::config::JobsConfig;
use crate::error::{AppError, Result};
use crate::notifications::{Delivery, LONGEST_PUSHES};

/// How often a job is tried.
const MAX_ATTEMPTS: usize = 5;

/// A kind of work. It is enqueued as JSON.
pub trait Job: Serialize + DeserializeOwned + Clone + Send + Sync + Unpin + 'static {
    /// Where it waits.
    const QUEUE: &str;
    /// How many of them a worker is at, at a time.
    const CONCURRENCY: usize;
    /// How long an attempt may take.
    const TIMEOUT: Duration;

    /// Does it. What fails is tried again.
    fn perform(self, app: &App) -> impl Future<Output = Result<()>> + Send;
}

/// Push a notification to the telephones of its user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeliverNotification {
    /// Which.
    pub notification_id: i64,
}

impl Job for DeliverNotification {
    const QUEUE: &str = "honeydue:notifications";
    const CONCURRENCY: usize = 16;
    /// All its pushes, and what is read and written between them.
    const TIMEOUT: Duration = LONGEST_PUSHES.saturating_add(Duration::from_secs(30));

    async fn perform(self, app: &App) -> Result<()> {
        let Delivery { sent, skipped, refused, removed } =
            app.notifications.deliver(self.notification_id).await?;
        tracing::info!(sent, skipped, refused, removed, "a notification was pushed");
        Ok(())
    }
}

/// Make a small picture of a document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MakeThumbnail {
    /// Of which.
    pub document_id: i64,
}

impl Job for MakeThumbnail {
    const QUEUE: &str = "honeydue:thumbnails";
    /// Each takes a processor, and the memory of a whole picture.
    const CONCURRENCY: usize = 2;
    const TIMEOUT: Duration = Duration::from_mins(1);

    async fn perform(self, app: &App) -> Result<()> {
        app.documents.make_thumbnail(self.document_id).await
    }
}

/// The queues of all jobs that requests enqueue.
#[derive(Clone)]
pub struct Jobs {
    notifications: Queue<DeliverNotification>,
    thumbnails: Queue<MakeThumbnail>,
}

impl Jobs {
    /// Connects to where jobs wait.
    ///
    /// # Errors
    ///
    /// It cannot be reached, or not be set up.
    pub async fn connect(config: &JobsConfig) -> std::result::Result<Jobs, QueueError> {
        let connection = queue::Connection::open(config).await?;
        Ok(Jobs { notifications: connection.queue(), thumbnails: connection.queue() })
    }

    /// Has a notification pushed.
    ///
    /// # Errors
    ///
    /// The queue does not take it.
    pub async fn deliver_notification(&self, notification_id: i64) -> Result<()> {
        enqueue(&self.notifications, DeliverNotification { notification_id }).await
    }

    /// Has a thumbnail made.
    ///
    /// # Errors
    ///
    /// The queue does not take it.
    pub async fn make_thumbnail(&self, document_id: i64) -> Result<()> {
        enqueue(&self.thumbnails, MakeThumbnail { document_id }).await
    }
}

async fn enqueue<J: Job>(queue: &Queue<J>, job: J) -> Result<()> {
    queue.push(job).await.map_err(|error| AppError::Queue(error.into()))
}
