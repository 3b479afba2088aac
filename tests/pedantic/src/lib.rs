//! Every attribute with every option, under lints that a strict team denies: generated code causes no finding.
#![deny(
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::unwrap_used,
    clippy::shadow_unrelated,
    clippy::print_stdout,
    missing_docs,
    rust_2018_idioms,
    unsafe_code,
    unused
)]

use spanweave::{Ctx, repo, traced_service};
use sqlx::{Executor, Sqlite, SqliteConnection, SqlitePool};

/// Why a call failed.
#[derive(Debug)]
pub enum AppError {
    /// The database did.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// Tasks in a database.
#[derive(Debug)]
pub struct TaskRepository {
    pool: SqlitePool,
}

#[repo(name = "Tasks")]
impl TaskRepository {
    /// A repository over a pool.
    #[must_use]
    pub const fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    /// The titles of a residence's tasks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn titles(&self, residence_id: i64) -> sqlx::Result<Vec<String>> {
        let query = sqlx::query_scalar("SELECT title FROM tasks WHERE residence_id = $1");
        query.bind(residence_id).fetch_all(&self.pool).await
    }

    /// Renames a task, on a connection or in a transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rename(&self, connection: &mut SqliteConnection, id: i64, title: &str) -> sqlx::Result<u64> {
        let update = sqlx::query("UPDATE tasks SET title = $2 WHERE id = $1").bind(id).bind(title);
        Ok(update.execute(&mut *connection).await?.rows_affected())
    }

    /// Counts tasks with any executor.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count<'e, E: Executor<'e, Database = Sqlite>>(&self, executor: E) -> sqlx::Result<i64> {
        sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(executor).await
    }

    /// Asks for nothing.
    ///
    /// # Errors
    /// When the database fails.
    #[traced(sql = off)]
    pub async fn ping(&self) -> sqlx::Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map(drop)
    }

    #[traced]
    async fn private(&self, (low, high): (i64, i64), _unused: u8) -> i64 {
        self.ping().await.map_or(0, |()| high - low)
    }

    /// Calls what is private.
    pub async fn width(&self, range: (i64, i64)) -> i64 {
        self.private(range, 0).await
    }
}

/// What users do with tasks.
#[derive(Debug)]
pub struct TaskService<C> {
    tasks: TaskRepository,
    clock: C,
}

#[traced_service(calls(tasks), sql)]
impl<C> TaskService<C>
where
    C: Fn() -> u64 + Send + Sync,
{
    /// All titles of some residences.
    ///
    /// # Errors
    /// When the database fails.
    #[must_use = "listing changes nothing"]
    #[traced(name = "tasks.list", fields(first = residences.first(), rows = residences.len()))]
    pub async fn list(&self, residences: &[i64], mut limit: usize) -> Result<Vec<String>, AppError> {
        let mut titles = Vec::new();
        for residence in residences {
            titles.extend(self.tasks.titles(*residence).await?);
        }
        limit = limit.min(titles.len());
        titles.truncate(limit);
        Ok(titles)
    }

    /// Both counts at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn both(&self, low: i64) -> Result<(i64, Vec<String>), AppError> {
        let (width, titles) = tokio::join!(self.tasks.width((low, 2)), self.tasks.titles(1));
        Ok((width, titles?))
    }

    /// The seven arguments that clippy still allows.
    pub async fn many(&self, one: u8, two: u8, three: u8, four: u8, five: u8, six: u8) -> u64 {
        tokio::task::yield_now().await;
        [one, two, three, four, five, six].map(u64::from).iter().sum::<u64>() + (self.clock)()
    }

    /// In a context that the caller names.
    pub async fn at_ctx(&self, ctx: Ctx, later: u64) -> u64 {
        tokio::task::yield_now().await;
        later + u64::from(ctx.is_recording())
    }

    /// Not worth a span.
    #[traced(skip = "called in a loop")]
    pub async fn tick(&self) -> u64 {
        tokio::task::yield_now().await;
        (self.clock)()
    }
}
