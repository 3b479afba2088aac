//! The driver behind `Any`, which its type does not tell.

use std::any::Any;

use super::sqlx_core::any::{Any as AnyDatabase, AnyConnection};
use super::sqlx_core::database::Database;
use super::sqlx_core::pool::Pool;
use crate::method::Method;
use crate::sql::sqlx::driver::{behind_any, of_scheme};
use crate::sql::sqlx::literal::Literal;
use crate::sql::sqlx::sql::{Named, Sql};

/// The driver of a pool's connections; of a pool of `Any` its URL tells.
pub(super) fn driver_of_pool<DB: Database>(pool: &Pool<DB>) -> &'static str {
    let any = (pool as &dyn Any).downcast_ref::<Pool<AnyDatabase>>();
    any.map_or(DB::NAME, |any| of_scheme(any.connect_options().database_url.scheme()))
}

/// The driver of a connection; one of `Any` tells it.
pub(super) fn driver_of<DB: Database>(connection: &DB::Connection) -> &'static str {
    let any = (connection as &dyn Any).downcast_ref::<AnyConnection>();
    any.map_or(DB::NAME, |any| behind_any(any.backend_name()))
}

/// What the attributes say of a connection, as of any other executor; the driver is known as well.
impl Sql<&mut AnyConnection> {
    /// What the attributes say: the method that executes.
    #[must_use]
    pub fn of(self, method: &'static Method) -> Self {
        Named::of(self.of_backend(), method)
    }

    /// What the attributes say: the literal that is executed, and its method.
    #[must_use]
    pub fn literal(self, literal: &'static Literal) -> Self {
        Named::literal(self.of_backend(), literal)
    }

    fn of_backend(self) -> Self {
        let driver = behind_any(self.executor.backend_name());
        self.driven_by(driver)
    }
}
