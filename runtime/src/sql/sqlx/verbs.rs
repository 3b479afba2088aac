//! The statements that begin and end transactions.

use super::transaction::TransactionEnd;

pub(super) const BEGIN: &str = "BEGIN";
pub(super) const SAVEPOINT: &str = "SAVEPOINT";
const COMMIT: &str = "COMMIT";
const RELEASE: &str = "RELEASE SAVEPOINT";
const ROLLBACK: &str = "ROLLBACK";
const ROLLBACK_TO: &str = "ROLLBACK TO SAVEPOINT";

/// What ends a transaction so deep in others.
pub(super) fn of(end: TransactionEnd, depth: usize) -> &'static str {
    match (end, depth > 1) {
        (TransactionEnd::Commit, false) => COMMIT,
        (TransactionEnd::Commit, true) => RELEASE,
        (_, false) => ROLLBACK,
        (_, true) => ROLLBACK_TO,
    }
}
