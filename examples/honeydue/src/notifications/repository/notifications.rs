//! The table `notifications`.

use spanweave::repo;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use crate::database::Pool;
use crate::http::PageQuery;
use crate::notifications::{Category, NewNotification, Notification};
use crate::time::Timestamp;

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
    /// Adds one, and returns its id.
    pub async fn insert(&self, notification: &NewNotification) -> sqlx::Result<i64> {
        sqlx::query_scalar(
            "INSERT INTO notifications (user_id, task_id, category, title, body, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        )
        .bind(notification.user_id)
        .bind(notification.task_id)
        .bind(notification.category.name())
        .bind(&notification.title)
        .bind(&notification.body)
        .bind(Timestamp::now().seconds())
        .fetch_one(&self.pool)
        .await
    }

    /// A page of a user's.
    pub async fn list(&self, user_id: i64, page: &PageQuery) -> sqlx::Result<Vec<Notification>> {
        sqlx::query_as("SELECT * FROM notifications WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(user_id)
            .bind(page.after())
            .bind(page.limit_and_one())
            .fetch_all(&self.pool)
            .await
    }

    /// Any user's, for who delivers it.
    pub async fn find_of_anyone(&self, id: i64) -> sqlx::Result<Option<Notification>> {
        sqlx::query_as("SELECT * FROM notifications WHERE id = $1").bind(id).fetch_optional(&self.pool).await
    }

    /// Notes that a user has read one of theirs, the first time; whether there is one.
    pub async fn mark_read(&self, user_id: i64, id: i64) -> sqlx::Result<bool> {
        let update = sqlx::query(
            "UPDATE notifications SET read_at = COALESCE(read_at, $1) WHERE user_id = $2 AND id = $3",
        );
        let bound = update.bind(Timestamp::now().seconds()).bind(user_id).bind(id);
        Ok(bound.execute(&self.pool).await?.rows_affected() > 0)
    }
}

impl<'r> FromRow<'r, AnyRow> for Notification {
    fn from_row(row: &'r AnyRow) -> sqlx::Result<Notification> {
        let category: String = row.try_get("category")?;
        Ok(Notification {
            id: row.try_get("id")?,
            task_id: row.try_get("task_id")?,
            category: Category::try_from(category).map_err(|error| sqlx::Error::Decode(error.into()))?,
            title: row.try_get("title")?,
            body: row.try_get("body")?,
            read_at: row.try_get::<Option<i64>, _>("read_at")?.map(moment).transpose()?,
            created_at: moment(row.try_get("created_at")?)?,
        })
    }
}

fn moment(seconds: i64) -> sqlx::Result<Timestamp> {
    Timestamp::try_from(seconds).map_err(|error| sqlx::Error::Decode(error.into()))
}
