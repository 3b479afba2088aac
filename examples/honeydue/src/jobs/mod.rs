//! Work that nobody waits for: it is enqueued here and done by a [worker](work).

mod queue;
mod schedule;
mod worker;

pub use queue::{Queue, QueueError};
pub use worker::work;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::config::JobsConfig;
use crate::error::{AppError, Result};
use crate::notifications::Delivery;

/// How often a job is tried.
const MAX_ATTEMPTS: usize = 5;

/// A kind of work. It is enqueued as JSON.
pub trait Job: Serialize + DeserializeOwned + Clone + Send + Sync + Unpin + 'static {
    /// Where it waits.
    const QUEUE: &str;

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
