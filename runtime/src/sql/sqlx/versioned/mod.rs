//! What knows sqlx's types and is written alike for every version: each includes these files, and gives them its own `sqlx_core`.

mod any;
mod error;
mod executor;
mod pool;
mod transaction;

use super::{AFFECTED, class_of_newer_kind, query, sqlx_core};

pub use self::pool::{Acquiring, PoolHandle};
