//! SQL texts, read: what a statement does to which tables, and which of its words are values.
//!
//! One reader for both sides of spanweave: the attributes read the literals of a body when they expand, the runtime what is put
//! together later. It has no dependencies, checks no grammar, is linear in the length of a text, and sound on any text.
//!
//! ```
//! use spanweave_sql::{Dialect, mask, summarize};
//!
//! let text = "INSERT INTO archive SELECT * FROM tasks WHERE owner = 'Ann'";
//! let summary = summarize(text, Dialect::Postgres);
//! assert_eq!(summary.text, "INSERT archive SELECT tasks");
//! assert_eq!((summary.operation, summary.table.as_deref()), ("INSERT", Some("archive")));
//! assert_eq!(mask(text, Dialect::Postgres).unwrap(), "INSERT INTO archive SELECT * FROM tasks WHERE owner = ?");
//! ```
#![deny(missing_docs)]

mod dialect;
mod mask;
mod summary;
#[cfg(test)]
mod tests;
mod tokens;

pub use dialect::Dialect;
pub use mask::mask;
pub use summary::{MAX_SUMMARY, OPERATIONS, OTHER, Summary, common_summary, summarize};
