//! SQL in its trace: over the executors that sqlx has, and for any other client.

mod client;
#[cfg_attr(
    not(feature = "sqlx"),
    allow(dead_code, reason = "only sqlx's statements are measured and prepared")
)]
mod statement;

#[cfg(feature = "sqlx")]
mod executor;
#[cfg(feature = "sqlx")]
mod intern;
#[cfg(feature = "sqlx")]
mod outcome;
#[cfg(feature = "sqlx")]
mod query;
#[cfg(feature = "sqlx")]
mod watch;

pub use self::client::Query;
#[cfg(feature = "sqlx")]
pub use self::executor::Sql;
