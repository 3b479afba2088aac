//! What a statement does to which tables, read off its tokens; no grammar is checked.

mod draft;
mod name;
mod reader;
#[cfg(test)]
mod tests;

use self::reader::Reader;
use crate::dialect::Dialect;

/// The most bytes of a summary.
pub const MAX_SUMMARY: usize = 255;
/// The operation of a statement that is not known here.
pub const OTHER: &str = "other";

/// What a metric may call an operation. The values of a label are these and [`OTHER`].
pub const OPERATIONS: &[&str] = &[
    "ABORT",
    "ALTER",
    "ANALYZE",
    "ATTACH",
    "BEGIN",
    "CALL",
    "CHECKPOINT",
    "CLOSE",
    "CLUSTER",
    "COMMENT",
    "COMMIT",
    "COPY",
    "CREATE",
    "DEALLOCATE",
    "DECLARE",
    "DELETE",
    "DESC",
    "DESCRIBE",
    "DETACH",
    "DISCARD",
    "DO",
    "DROP",
    "END",
    "EXEC",
    "EXECUTE",
    "EXPLAIN",
    "FETCH",
    "GRANT",
    "INSERT",
    "KILL",
    "LISTEN",
    "LOAD",
    "LOCK",
    "MERGE",
    "NOTIFY",
    "OPTIMIZE",
    "PRAGMA",
    "PREPARE",
    "REFRESH",
    "REINDEX",
    "RELEASE",
    "RENAME",
    "REPLACE",
    "RESET",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "SHOW",
    "START",
    "TABLE",
    "TRUNCATE",
    "UNLISTEN",
    "UNLOCK",
    "UPDATE",
    "USE",
    "VACUUM",
    "VALUES",
];

/// A statement in few words.
#[derive(Debug, PartialEq, Eq)]
pub struct Summary {
    /// Of the first statement, behind its CTEs: one of [`OPERATIONS`], or [`OTHER`].
    pub operation: &'static str,
    /// The first table that the first statement itself names, or else the first one in the text. As it is written,
    /// without quotes.
    pub table: Option<String>,
    /// Whether the text names one table only, however often.
    pub one_table: bool,
    /// Whether the text is one statement.
    pub one_statement: bool,
    /// Every operation and its targets in the order and spelling of the text, as in `INSERT archive SELECT tasks`.
    /// At most [`MAX_SUMMARY`] bytes, cut between words; empty if there is nothing to say.
    pub text: String,
}

/// Reads a statement, or several with `;` between them.
pub fn summarize(sql: &str, dialect: Dialect) -> Summary {
    Reader::new(sql, dialect).read()
}

/// Reads a text whose database is not known: `None` if databases read it differently, or nothing can be said of it.
pub fn common_summary(sql: &str) -> Option<Summary> {
    let mut summaries = Dialect::ALL.into_iter().map(|dialect| summarize(sql, dialect));
    let summary = summaries.next().filter(|summary| !summary.text.is_empty())?;
    summaries.all(|other| other == summary).then_some(summary)
}

/// The name of an operation in the metrics.
fn operation(keyword: &str) -> Option<&'static str> {
    OPERATIONS.iter().find(|operation| **operation == keyword).copied()
}
