//! The table `notifications`.
//!
//! A notification is written in the transaction of what it tells of, and the job that pushes it is enqueued behind that. Rows whose
//! job was not enqueued are there to be found.

use spanweave::repo;

use crate::database::{Connection, Pool};
use crate::http::PageQuery;
use crate::notifications::{NewNotification, Notification};
use crate::time::Timestamp;

/// How long a row waits for who has written it to enqueue its job, in seconds.
const A_MOMENT: i64 = 10;

/// What users were told.
#[derive(Clone)]
pub struct NotificationRepository {
    pool: Pool,
}

impl NotificationRepository {
    /// Over these connections.
    pub fn new(pool: Pool) -> NotificationRepository {
        NotificationRepository { pool }
    }
}

#[repo]
impl NotificationRepository {
    /// Adds one in a transaction, and returns its id.
    pub async fn insert(connection: &mut Connection, notification: &NewNotification) -> sqlx::Result<i64> {
        sqlx::query_scalar(
            "INSERT INTO notifications (user_id, task_id, category, title, body, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        )
        .bind(notification.user_id)
        .bind(notification.task_id)
        .bind(notification.category)
        .bind(&notification.title)
        .bind(&notification.body)
        .bind(Timestamp::now())
        .fetch_one(connection)
        .await
    }

    /// Notes that the job of one was enqueued.
    pub async fn mark_enqueued(&self, id: i64) -> sqlx::Result<()> {
        sqlx::query("UPDATE notifications SET enqueued_at = $1 WHERE id = $2")
            .bind(Timestamp::now())
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Those that have waited for their job for more than a moment, the oldest first.
    pub async fn waiting(&self, limit: i64) -> sqlx::Result<Vec<i64>> {
        sqlx::query_scalar(
            "SELECT id FROM notifications WHERE enqueued_at IS NULL AND created_at < $1 ORDER BY id LIMIT $2",
        )
        .bind(Timestamp::now().seconds() - A_MOMENT)
        .bind(limit)
        .fetch_all(&self.pool)
        .await
    }

    /// A page of a user's, the newest first.
    pub async fn list(&self, user_id: i64, page: &PageQuery) -> sqlx::Result<Vec<Notification>> {
        sqlx::query_as(
            "SELECT id, task_id, category, title, body, read_at, created_at FROM notifications
             WHERE user_id = $1 AND ($2 = 0 OR id < $3) ORDER BY id DESC LIMIT $4",
        )
        .bind(user_id)
        .bind(page.after())
        .bind(page.after())
        .bind(page.limit_and_one())
        .fetch_all(&self.pool)
        .await
    }

    /// Any user's, for who delivers it.
    pub async fn find_of_anyone(&self, id: i64) -> sqlx::Result<Option<Notification>> {
        sqlx::query_as(
            "SELECT id, task_id, category, title, body, read_at, created_at FROM notifications WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await
    }

    /// Notes that a user has read one of theirs, the first time; whether there is one.
    pub async fn mark_read(&self, user_id: i64, id: i64) -> sqlx::Result<bool> {
        let update = sqlx::query(
            "UPDATE notifications SET read_at = COALESCE(read_at, $1) WHERE user_id = $2 AND id = $3",
        );
        let bound = update.bind(Timestamp::now()).bind(user_id).bind(id);
        Ok(bound.execute(&self.pool).await?.rows_affected() > 0)
    }
}
