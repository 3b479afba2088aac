//! The table `tasks`.

use spanweave::repo;

use super::{DueTask, OpenTasks, Task, TaskInput};
use crate::database::Pool;
use crate::http::PageQuery;
use crate::notifications::{NewNotification, NotificationRepository};
use crate::time::Timestamp;

/// Tasks, always those of residences that one user owns.
#[derive(Clone)]
pub struct TaskRepository {
    pool: Pool,
}

impl TaskRepository {
    /// Over these connections.
    pub fn new(pool: Pool) -> TaskRepository {
        TaskRepository { pool }
    }
}

#[repo]
impl TaskRepository {
    /// A page of all of a user's.
    pub async fn list(&self, user_id: i64, page: &PageQuery) -> sqlx::Result<Vec<Task>> {
        sqlx::query_as(
            "SELECT tasks.* FROM tasks JOIN residences ON residences.id = tasks.residence_id
             WHERE residences.owner_id = $1 AND tasks.id > $2 ORDER BY tasks.id LIMIT $3",
        )
        .bind(user_id)
        .bind(page.after())
        .bind(page.limit_and_one())
        .fetch_all(&self.pool)
        .await
    }

    /// A page of those in one residence of a user.
    pub async fn list_of_residence(
        &self,
        user_id: i64,
        residence_id: i64,
        page: &PageQuery,
    ) -> sqlx::Result<Vec<Task>> {
        sqlx::query_as(
            "SELECT tasks.* FROM tasks JOIN residences ON residences.id = tasks.residence_id
             WHERE residences.owner_id = $1 AND residences.id = $2 AND tasks.id > $3 ORDER BY tasks.id LIMIT $4",
        )
        .bind(user_id)
        .bind(residence_id)
        .bind(page.after())
        .bind(page.limit_and_one())
        .fetch_all(&self.pool)
        .await
    }

    /// One of a user's.
    pub async fn find(&self, user_id: i64, id: i64) -> sqlx::Result<Option<Task>> {
        sqlx::query_as(
            "SELECT tasks.* FROM tasks JOIN residences ON residences.id = tasks.residence_id
             WHERE residences.owner_id = $1 AND tasks.id = $2",
        )
        .bind(user_id)
        .bind(id)
        .fetch_optional(&self.pool)
        .await
    }

    /// Adds one, and returns its id.
    pub async fn insert(&self, task: &TaskInput) -> sqlx::Result<i64> {
        sqlx::query_scalar(
            "INSERT INTO tasks (residence_id, contractor_id, title, notes, due_at, repeat_days, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        )
        .bind(task.residence_id)
        .bind(task.contractor_id)
        .bind(&task.title)
        .bind(&task.notes)
        .bind(task.due_at)
        .bind(task.repeat_days)
        .bind(Timestamp::now())
        .fetch_one(&self.pool)
        .await
    }

    /// Changes one of a user's, and forgets that they were reminded if it is due at another time; whether there was one.
    pub async fn update(&self, user_id: i64, id: i64, task: &TaskInput) -> sqlx::Result<bool> {
        let updated = sqlx::query(
            "UPDATE tasks SET residence_id = $1, contractor_id = $2, title = $3, notes = $4, due_at = $5,
                 repeat_days = $6, reminded_at = CASE WHEN due_at = $7 THEN reminded_at END
             WHERE id = $8 AND residence_id IN (SELECT id FROM residences WHERE owner_id = $9)",
        )
        .bind(task.residence_id)
        .bind(task.contractor_id)
        .bind(&task.title)
        .bind(&task.notes)
        .bind(task.due_at)
        .bind(task.repeat_days)
        .bind(task.due_at)
        .bind(id)
        .bind(user_id)
        .execute(&self.pool)
        .await?;
        Ok(updated.rows_affected() > 0)
    }

    /// Completes one of a user's and, if it is to be done again, adds the next; the id of the notification that tells of it, if it
    /// was open. All of it is done, or nothing.
    pub async fn complete(
        &self,
        user_id: i64,
        id: i64,
        next_due: Option<Timestamp>,
        done: &NewNotification,
    ) -> sqlx::Result<Option<i64>> {
        let now = Timestamp::now();
        let mut transaction = self.pool.begin().await?;
        let completed = sqlx::query(
            "UPDATE tasks SET completed_at = $1 WHERE id = $2 AND completed_at IS NULL
                 AND residence_id IN (SELECT id FROM residences WHERE owner_id = $3)",
        )
        .bind(now)
        .bind(id)
        .bind(user_id)
        .execute(&mut *transaction)
        .await?;
        if completed.rows_affected() == 0 {
            transaction.rollback().await?;
            return Ok(None);
        }
        if let Some(due_at) = next_due {
            sqlx::query(
                "INSERT INTO tasks (residence_id, contractor_id, title, notes, due_at, repeat_days, created_at)
                 SELECT residence_id, contractor_id, title, notes, $1, repeat_days, $2 FROM tasks WHERE id = $3",
            )
            .bind(due_at)
            .bind(now)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        }
        let notification = NotificationRepository::insert(&mut transaction, done).await?;
        transaction.commit().await?;
        Ok(Some(notification))
    }

    /// Removes one of a user's; whether there was one.
    pub async fn delete(&self, user_id: i64, id: i64) -> sqlx::Result<bool> {
        let delete = sqlx::query(
            "DELETE FROM tasks WHERE id = $1 AND residence_id IN (SELECT id FROM residences WHERE owner_id = $2)",
        );
        Ok(delete.bind(id).bind(user_id).execute(&self.pool).await?.rows_affected() > 0)
    }

    /// Open tasks that are due by now and whose owners were not reminded, the most urgent first.
    pub async fn due(&self, now: Timestamp, limit: i64) -> sqlx::Result<Vec<DueTask>> {
        sqlx::query_as(
            "SELECT tasks.id, tasks.title, residences.owner_id AS user_id FROM tasks
             JOIN residences ON residences.id = tasks.residence_id
             WHERE tasks.due_at <= $1 AND tasks.completed_at IS NULL AND tasks.reminded_at IS NULL
             ORDER BY tasks.due_at LIMIT $2",
        )
        .bind(now)
        .bind(limit)
        .fetch_all(&self.pool)
        .await
    }

    /// Writes down a reminder of one, if it still is due and nobody else has; the id of the notification.
    pub async fn remind(&self, id: i64, reminder: &NewNotification) -> sqlx::Result<Option<i64>> {
        let now = Timestamp::now();
        let mut transaction = self.pool.begin().await?;
        let claimed = sqlx::query(
            "UPDATE tasks SET reminded_at = $1
             WHERE id = $2 AND reminded_at IS NULL AND completed_at IS NULL AND due_at <= $3",
        )
        .bind(now)
        .bind(id)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        if claimed.rows_affected() == 0 {
            transaction.rollback().await?;
            return Ok(None);
        }
        let notification = NotificationRepository::insert(&mut transaction, reminder).await?;
        transaction.commit().await?;
        Ok(Some(notification))
    }

    /// Writes down what somebody is told on the day, if nobody else has; the id of the notification.
    pub async fn tell_on_day(&self, digest: &NewNotification, now: Timestamp) -> sqlx::Result<Option<i64>> {
        let mut transaction = self.pool.begin().await?;
        let claimed =
            sqlx::query("INSERT INTO digests (user_id, day) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(digest.user_id)
                .bind(now.day())
                .execute(&mut *transaction)
                .await?;
        if claimed.rows_affected() == 0 {
            transaction.rollback().await?;
            return Ok(None);
        }
        let notification = NotificationRepository::insert(&mut transaction, digest).await?;
        transaction.commit().await?;
        Ok(Some(notification))
    }

    /// Who has open tasks that are due until then and was not told so on the day, and how many.
    pub async fn not_told(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: i64,
    ) -> sqlx::Result<Vec<OpenTasks>> {
        sqlx::query_as(
            "SELECT residences.owner_id AS user_id, COUNT(*) AS open FROM tasks
             JOIN residences ON residences.id = tasks.residence_id
             LEFT JOIN digests ON digests.user_id = residences.owner_id AND digests.day = $1
             WHERE tasks.completed_at IS NULL AND tasks.due_at <= $2 AND digests.day IS NULL
             GROUP BY residences.owner_id ORDER BY residences.owner_id LIMIT $3",
        )
        .bind(now.day())
        .bind(until)
        .bind(limit)
        .fetch_all(&self.pool)
        .await
    }
}
