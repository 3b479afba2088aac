//! The table `tasks`.

use spanweave::repo;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use super::{DueTask, OpenTasks, Task, TaskInput};
use crate::database::{Pool, placeholders};
use crate::http::PageQuery;
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
    /// A page of the tasks in residences.
    pub async fn for_residences(&self, residences: &[i64], page: &PageQuery) -> sqlx::Result<Vec<Task>> {
        // Only the numbers of what is bound are put into the text.
        let text = format!(
            "SELECT * FROM tasks WHERE id > $1 AND residence_id IN ({}) ORDER BY id LIMIT $2",
            placeholders(3, residences.len())
        );
        let mut query = sqlx::query_as(AssertSqlSafe(text)).bind(page.after()).bind(page.limit_and_one());
        for id in residences {
            query = query.bind(id);
        }
        query.fetch_all(&self.pool).await
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
        .bind(task.due_at.map(Timestamp::seconds))
        .bind(task.repeat_days)
        .bind(Timestamp::now().seconds())
        .fetch_one(&self.pool)
        .await
    }

    /// Changes one, and forgets that its owner was reminded.
    pub async fn update(&self, id: i64, task: &TaskInput) -> sqlx::Result<()> {
        sqlx::query(
            "UPDATE tasks SET residence_id = $1, contractor_id = $2, title = $3, notes = $4, due_at = $5,
                 repeat_days = $6, reminded_at = NULL
             WHERE id = $7",
        )
        .bind(task.residence_id)
        .bind(task.contractor_id)
        .bind(&task.title)
        .bind(&task.notes)
        .bind(task.due_at.map(Timestamp::seconds))
        .bind(task.repeat_days)
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Completes one and, if it is to be done again, adds the next in the same transaction; whether it was open.
    pub async fn complete(&self, task: &Task, next_due: Option<Timestamp>) -> sqlx::Result<bool> {
        let now = Timestamp::now().seconds();
        let mut transaction = self.pool.begin().await?;
        let completed =
            sqlx::query("UPDATE tasks SET completed_at = $1 WHERE id = $2 AND completed_at IS NULL")
                .bind(now)
                .bind(task.id)
                .execute(&mut *transaction)
                .await?;
        if completed.rows_affected() == 0 {
            transaction.rollback().await?;
            return Ok(false);
        }
        if let Some(due_at) = next_due {
            sqlx::query(
                "INSERT INTO tasks (residence_id, contractor_id, title, notes, due_at, repeat_days, created_at)
                 SELECT residence_id, contractor_id, title, notes, $1, repeat_days, $2 FROM tasks WHERE id = $3",
            )
            .bind(due_at.seconds())
            .bind(now)
            .bind(task.id)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(true)
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
        .bind(now.seconds())
        .bind(limit)
        .fetch_all(&self.pool)
        .await
    }

    /// Notes that the owner of one is being reminded; whether nobody else had.
    pub async fn claim_reminder(&self, id: i64) -> sqlx::Result<bool> {
        let claim = sqlx::query("UPDATE tasks SET reminded_at = $1 WHERE id = $2 AND reminded_at IS NULL");
        let claimed = claim.bind(Timestamp::now().seconds()).bind(id).execute(&self.pool).await?;
        Ok(claimed.rows_affected() > 0)
    }

    /// Notes that somebody is being told what is to be done on the day; whether nobody else had.
    pub async fn claim_digest(&self, user_id: i64, now: Timestamp) -> sqlx::Result<bool> {
        let claim = sqlx::query("INSERT INTO digests (user_id, day) VALUES ($1, $2) ON CONFLICT DO NOTHING");
        let claimed = claim.bind(user_id).bind(now.day()).execute(&self.pool).await?;
        Ok(claimed.rows_affected() > 0)
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
        .bind(until.seconds())
        .bind(limit)
        .fetch_all(&self.pool)
        .await
    }
}

impl<'r> FromRow<'r, AnyRow> for Task {
    fn from_row(row: &'r AnyRow) -> sqlx::Result<Task> {
        let optional = |column| row.try_get::<Option<i64>, _>(column)?.map(moment).transpose();
        Ok(Task {
            id: row.try_get("id")?,
            residence_id: row.try_get("residence_id")?,
            contractor_id: row.try_get("contractor_id")?,
            title: row.try_get("title")?,
            notes: row.try_get("notes")?,
            due_at: optional("due_at")?,
            repeat_days: row.try_get("repeat_days")?,
            completed_at: optional("completed_at")?,
            created_at: moment(row.try_get("created_at")?)?,
        })
    }
}

fn moment(seconds: i64) -> sqlx::Result<Timestamp> {
    Timestamp::try_from(seconds).map_err(|error| sqlx::Error::Decode(error.into()))
}
