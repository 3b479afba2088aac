//! What is asked of a transaction.

use super::any::driver_of;
use super::sqlx_core::database::Database;
use super::sqlx_core::transaction::{Transaction, TransactionManager};
use crate::sql::sqlx::driver::SqlxTransaction;

impl<DB: Database> SqlxTransaction for Transaction<'_, DB> {
    const DRIVER: &'static str = DB::NAME;

    fn driver(&self) -> &'static str {
        driver_of::<DB>(self)
    }

    fn depth(&self) -> usize {
        DB::TransactionManager::get_transaction_depth(self)
    }
}
