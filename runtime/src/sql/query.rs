//! A query whose text was looked at on its way to the executor.

use sqlx_core::database::Database;
use sqlx_core::error::BoxDynError;
use sqlx_core::executor::Execute;
use sqlx_core::sql_str::SqlStr;
use sqlx_core::statement::Statement as _;

/// The user's query, to be executed as if nobody had looked.
///
/// Taking a query's text consumes the query, so it is taken apart and put together again; nothing is copied. One
/// that comes with a prepared statement lends its text, and stays whole.
pub(super) enum Seen<Q, DB: Database> {
    Prepared(Q),
    Apart { sql: SqlStr, arguments: Arguments<DB>, persistent: bool },
}

/// What taking the arguments gave: an error of encoding them is the executor's to return.
type Arguments<DB> = Result<Option<<DB as Database>::Arguments>, BoxDynError>;

impl<'q, Q: Execute<'q, DB>, DB: Database> Seen<Q, DB> {
    /// Shows the text of `query` to `look`.
    pub(super) fn new<R>(mut query: Q, look: impl FnOnce(&str) -> R) -> (Self, R) {
        if let Some(statement) = query.statement() {
            let looked = look(statement.sql().as_str());
            return (Seen::Prepared(query), looked);
        }
        let arguments = query.take_arguments();
        let persistent = query.persistent();
        let sql = query.sql();
        let looked = look(sql.as_str());
        (Seen::Apart { sql, arguments, persistent }, looked)
    }
}

impl<'q, Q: Execute<'q, DB>, DB: Database> Execute<'q, DB> for Seen<Q, DB> {
    fn sql(self) -> SqlStr {
        match self {
            Seen::Prepared(query) => query.sql(),
            Seen::Apart { sql, .. } => sql,
        }
    }

    fn statement(&self) -> Option<&DB::Statement> {
        match self {
            Seen::Prepared(query) => query.statement(),
            Seen::Apart { .. } => None,
        }
    }

    fn take_arguments(&mut self) -> Arguments<DB> {
        match self {
            Seen::Prepared(query) => query.take_arguments(),
            Seen::Apart { arguments, .. } => std::mem::replace(arguments, Ok(None)),
        }
    }

    fn persistent(&self) -> bool {
        match self {
            Seen::Prepared(query) => query.persistent(),
            Seen::Apart { persistent, .. } => *persistent,
        }
    }
}
