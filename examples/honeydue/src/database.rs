//! The database: `SQLite` in a file, or `PostgreSQL`, whichever its URL says.
//!
//! Statements are written once for both: `$1` for what is bound, `BIGINT` for every number, seconds for times.

use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};

/// The connections that everything shares.
pub type Pool = sqlx::AnyPool;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a request waits for a connection before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// A database that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Nobody answers there, or not as a database would.
    #[error("the database of DATABASE_URL cannot be opened")]
    Connect(#[from] sqlx::Error),
    /// It has another schema, or a migration failed.
    #[error("the database of DATABASE_URL cannot be migrated")]
    Migrate(#[from] MigrateError),
}

/// Connects and migrates.
///
/// # Errors
///
/// The database cannot be reached, or not be migrated.
pub async fn open(url: &str, max_connections: u32) -> Result<Pool, DatabaseError> {
    sqlx::any::install_default_drivers();
    let options = AnyPoolOptions::new().max_connections(max_connections).acquire_timeout(ACQUIRE_TIMEOUT);
    let pool = options.connect(url).await?;
    let migrations = if url.starts_with("sqlite:") { &SQLITE } else { &POSTGRES };
    migrations.run(&pool).await?;
    Ok(pool)
}

/// `$first, $first+1, …`, to bind a list.
pub fn placeholders(first: usize, count: usize) -> String {
    let numbered: Vec<_> = (first..first + count).map(|number| format!("${number}")).collect();
    numbered.join(", ")
}
