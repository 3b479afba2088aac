//! SQL in its trace: over the executors that sqlx has, and for any other client.

mod client;
mod options;
#[cfg_attr(not(feature = "_sqlx"), allow(dead_code, reason = "only sqlx's statements are prepared"))]
mod source;
#[cfg_attr(
    not(feature = "_sqlx"),
    allow(dead_code, reason = "only sqlx's statements are measured and prepared")
)]
mod statement;

#[cfg(feature = "_sqlx")]
mod sqlx;

pub use self::client::Query;
pub(crate) use self::options::SqlRules;
pub use self::options::{QueryText, SqlOptions};
#[cfg(feature = "_sqlx")]
pub use self::sqlx::*;
pub(crate) use self::statement::{OF_TRANSACTIONS, Statement};
