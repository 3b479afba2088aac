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
    tracing::info!("connecting to the database");
    let pool = options.connect(url).await?;
    let migrations = if url.starts_with("sqlite:") { &SQLITE } else { &POSTGRES };
    migrations.run(&pool).await?;
    Ok(pool)
}

/// Whether the same may work later: nobody answered, all connections were busy, or others were in the way.
pub(crate) fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(refused) => refused.code().is_some_and(|code| is_transient_code(&code)),
        _ => false,
    }
}

/// `PostgreSQL`'s codes are five characters, of which the first two are the class. `SQLite`'s are numbers, whose last eight
/// bits are.
fn is_transient_code(code: &str) -> bool {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    if code.len() < 5 {
        return code.parse().is_ok_and(|code: i32| matches!(code & 0xff, BUSY | LOCKED));
    }
    let is_lost_connection = code.starts_with("08");
    let is_rolled_back = code.starts_with("40");
    let has_no_resources = code.starts_with("53");
    let shuts_down_or_starts = matches!(code, "57P01" | "57P02" | "57P03");
    let is_locked = code == "55P03";
    is_lost_connection || is_rolled_back || has_no_resources || shuts_down_or_starts || is_locked
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

#[cfg(test)]
mod tests {
    use super::is_transient_code;

    #[test]
    fn what_passes_by_itself_is_tried_again() {
        for code in ["5", "6", "517", "08006", "40001", "40P01", "53300", "55P03", "57P01", "57P03"] {
            assert!(is_transient_code(code), "{code}");
        }
        for code in ["1", "19", "787", "2067", "", "22021", "23503", "23505", "42601", "57014"] {
            assert!(!is_transient_code(code), "{code}");
        }
    }
}
