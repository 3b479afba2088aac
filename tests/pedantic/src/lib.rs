//! Every attribute with every option, under lints that a strict team denies: generated code causes no finding.
#![deny(
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    // Of the restrictions, what generated code could meet.
    clippy::absolute_paths,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::as_conversions,
    clippy::default_numeric_fallback,
    clippy::else_if_without_else,
    clippy::exhaustive_structs,
    clippy::expect_used,
    clippy::if_then_some_else_none,
    clippy::indexing_slicing,
    clippy::let_underscore_must_use,
    clippy::let_underscore_untyped,
    clippy::min_ident_chars,
    clippy::missing_docs_in_private_items,
    clippy::mod_module_files,
    clippy::multiple_inherent_impl,
    clippy::panic,
    clippy::pattern_type_mismatch,
    clippy::print_stdout,
    clippy::pub_with_shorthand,
    clippy::ref_patterns,
    clippy::renamed_function_params,
    clippy::same_name_method,
    clippy::semicolon_outside_block,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::single_call_fn,
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    clippy::use_self,
    let_underscore_drop,
    redundant_lifetimes,
    single_use_lifetimes,
    unreachable_pub,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    missing_docs,
    rust_2018_idioms,
    unsafe_code,
    unused
)]

use core::pin::Pin;
use core::task::{Context, Poll};

use futures_core::Stream;
use spanweave::{Ctx, ErrorClass, repo, traced, traced_client, traced_job, traced_service};
use sqlx::{Acquire as _, Executor, Sqlite, SqliteConnection, SqlitePool, Transaction};
use tokio::task::yield_now;

/// Why a call failed.
#[derive(Debug, ErrorClass)]
#[non_exhaustive]
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
    /// Where they are.
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

    /// Removes tasks in one transaction, and some of them in a savepoint.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove(&self, ids: &[i64]) -> sqlx::Result<u64> {
        let mut tx = self.pool.begin().await?;
        let mut removed = 0_u64;
        for id in ids {
            let mut savepoint = tx.begin().await?;
            let delete = sqlx::query("DELETE FROM tasks WHERE id = $1").bind(id);
            let deleted = delete.execute(&mut *savepoint).await?.rows_affected();
            removed = removed.saturating_add(deleted);
            savepoint.commit().await?;
        }
        note(&mut tx, removed).await?;
        tx.commit().await?;
        Ok(removed)
    }

    /// Begins what its caller ends, on a connection of its own.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begun(&self) -> sqlx::Result<Transaction<'static, Sqlite>> {
        let connection = self.pool.acquire().await?;
        drop(connection);
        let mut tx = self.pool.begin().await?;
        note(&mut tx, 0).await?;
        Ok(tx)
    }

    /// Asks for nothing.
    ///
    /// # Errors
    /// When the database fails.
    #[traced(sql = off)]
    pub async fn ping(&self) -> sqlx::Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map(drop)
    }

    /// How far apart two numbers are.
    #[traced]
    async fn private(&self, (low, high): (i64, i64), _unused: u8) -> i64 {
        self.ping().await.map_or(0, |()| high - low)
    }

    /// Calls what is private.
    pub async fn width(&self, range: (i64, i64)) -> i64 {
        self.private(range, 0).await
    }
}

/// Takes note in a transaction.
async fn note(connection: &mut SqliteConnection, removed: u64) -> sqlx::Result<()> {
    let count = i64::try_from(removed).unwrap_or(i64::MAX);
    sqlx::query("INSERT INTO notes (removed) VALUES ($1)").bind(count).execute(connection).await.map(drop)
}

/// What users do with tasks.
#[derive(Debug)]
pub struct TaskService<C> {
    /// The tasks.
    tasks: TaskRepository,
    /// Tells the time.
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
        yield_now().await;
        [one, two, three, four, five, six].map(u64::from).iter().sum::<u64>() + (self.clock)()
    }

    /// In a context that the caller names.
    pub async fn at_ctx(&self, ctx: Ctx, later: u64) -> u64 {
        yield_now().await;
        later + u64::from(ctx.is_recording())
    }

    /// Not worth a span.
    #[traced(skip = "called in a loop")]
    pub async fn tick(&self) -> u64 {
        yield_now().await;
        (self.clock)()
    }
}

/// What tasks are kept in.
#[repo]
pub trait TaskStore: Send {
    /// The number of tasks.
    ///
    /// # Errors
    /// When the store fails.
    fn count(&self) -> impl Future<Output = Result<usize, AppError>> + Send;

    /// The titles of tasks, one by one.
    fn titles(&self, prefix: &str) -> Pin<Box<dyn Stream<Item = Result<String, AppError>> + Send + '_>>;

    /// Whether there are any tasks.
    fn any(&self) -> impl Future<Output = bool> + Send
    where
        Self: Sync,
    {
        async { self.count().await.is_ok_and(|count| count > 0) }
    }

    /// Ends the store.
    fn close(self) -> impl Future<Output = ()> + Send;
}

/// Tasks in memory.
#[derive(Debug)]
pub struct Memory {
    /// Their titles.
    titles: Vec<String>,
}

#[repo(sync, strict)]
impl TaskStore for Memory {
    async fn count(&self) -> Result<usize, AppError> {
        Ok(self.titles.len())
    }

    fn titles(&self, _prefix: &str) -> Pin<Box<dyn Stream<Item = Result<String, AppError>> + Send + '_>> {
        let one = Some(Ok(String::new()));
        Box::pin(One(one))
    }

    async fn close(self) {
        drop(self.titles);
    }
}

/// A stream of one item.
struct One(Option<Result<String, AppError>>);

impl Stream for One {
    type Item = Result<String, AppError>;

    fn poll_next(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take())
    }
}

#[traced_client(sync)]
impl Memory {
    /// The first title that starts so.
    ///
    /// # Errors
    /// When there is none.
    #[traced(
        metric = "first_title_duration_seconds",
        counter(first_title_bytes_total = prefix.len()),
        labels(empty = self.titles.is_empty())
    )]
    pub fn first(&self, prefix: &str) -> Result<&str, AppError> {
        let mut titles = self.titles.iter();
        let found = titles.find(|title| title.starts_with(prefix));
        found.map(String::as_str).ok_or(AppError::Database(sqlx::Error::RowNotFound))
    }

    /// Streams titles.
    pub fn stream(&self) -> impl Stream<Item = Result<String, AppError>> + use<> {
        One(self.titles.first().cloned().map(Ok))
    }

    /// A future in a box.
    pub fn boxed(&self, (more, _): (usize, usize)) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        Box::pin(async move { self.titles.len().saturating_add(more) })
    }
}

/// What is done at night.
#[derive(Debug)]
pub struct Nightly(Vec<String>);

#[traced_job]
impl Nightly {
    /// Forgets everything.
    pub async fn forget(&mut self) -> usize {
        yield_now().await;
        self.0.clear();
        self.0.len()
    }
}

/// Counts the tasks of a database.
///
/// # Errors
/// When the database fails.
#[repo(name = "count tasks")]
pub async fn count_tasks(pool: &SqlitePool) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(pool).await
}

/// A number.
#[must_use]
#[traced]
pub fn number(one: u8) -> u8 {
    one
}
