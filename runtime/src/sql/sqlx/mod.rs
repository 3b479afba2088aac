//! SQL in its trace, over the executors that sqlx has.
//!
//! What knows sqlx's types is compiled once for each version of it, from the same files (`versioned/`); all else knows
//! them by the traits in `driver.rs`.

#![cfg_attr(
    all(feature = "sqlx", feature = "sqlx-0_8"),
    expect(clippy::duplicate_mod, reason = "each version sees its own types in them")
)]

mod acquire;
mod begin;
mod driver;
mod ending;
mod intern;
mod literal;
mod outcome;
mod pooled;
mod pools;
mod sites;
mod sql;
mod statement_call;
mod transaction;
mod verbs;
mod watch;
mod watched;

#[cfg(feature = "sqlx-0_8")]
pub mod v0_8;
#[cfg(feature = "sqlx")]
pub mod v0_9;

pub use self::acquire::AcquireWatch;
pub use self::begin::BeginWatch;
pub use self::driver::{SqlxError, SqlxPoolConnection, SqlxTransaction};
pub use self::ending::EndWatch;
pub use self::literal::Literal;
pub use self::pooled::{BeginOn, NoPool, PoolIdentity, Pooled, Unpooled, WatchablePool};
pub(crate) use self::pools::{PoolCounts, Pools, WatchedPool};
pub use self::sql::{Named, Sql};
pub use self::transaction::TransactionSpan;
pub use self::watched::{Acquisition, Beginning, Ending, Unwatched};

/// What the attributes bring into scope where they trace SQL: methods for what is not of sqlx, whose own come before.
pub mod calls {
    pub use super::{Named as _, Unpooled as _, Unwatched as _};
}
