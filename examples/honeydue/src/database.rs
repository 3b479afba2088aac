//! The database: `SQLite` in a file, or `PostgreSQL`, whichever its URL says.
//!
//! Statements are written once for both: `$1` for what is bound, `BIGINT` for every number, seconds for times.

use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};

/// The connections that everything shares.
pub type Pool = sqlx::AnyPool;
/// One of them, or a transaction on it.
pub type Connection = sqlx::AnyConnection;

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

/// Has an enum be text in the database, by the names that serde has for it.
macro_rules! is_text {
    ($name:ty) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                serde::Serialize::serialize(self, f)
            }
        }

        impl sqlx::Type<sqlx::Any> for $name {
            fn type_info() -> sqlx::any::AnyTypeInfo {
                <str as sqlx::Type<sqlx::Any>>::type_info()
            }
        }

        impl sqlx::Encode<'_, sqlx::Any> for $name {
            fn encode_by_ref(
                &self,
                bound: &mut <sqlx::Any as sqlx::Database>::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                sqlx::Encode::<sqlx::Any>::encode(self.to_string(), bound)
            }
        }

        impl<'r> sqlx::Decode<'r, sqlx::Any> for $name {
            fn decode(
                value: <sqlx::Any as sqlx::Database>::ValueRef<'r>,
            ) -> Result<$name, sqlx::error::BoxDynError> {
                let name = <&str as sqlx::Decode<sqlx::Any>>::decode(value)?;
                let name = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name);
                Ok(serde::Deserialize::deserialize(name)?)
            }
        }
    };
}
pub(crate) use is_text;
