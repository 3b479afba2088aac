//! What is asked of a transaction.

use super::sqlx_core::database::Database;
use super::sqlx_core::transaction::{Transaction, TransactionManager};
use crate::sql::sqlx::driver::SqlxTransaction;

impl<DB: Database> SqlxTransaction for Transaction<'_, DB> {
    const DRIVER: &'static str = DB::NAME;

    fn depth(&self) -> usize {
        DB::TransactionManager::get_transaction_depth(self)
    }
}
