//! A query whose text was looked at on its way to the executor.

use super::sqlx_core::database::Database;
use super::sqlx_core::error::BoxDynError;
use super::sqlx_core::executor::Execute;
use super::sqlx_core::sql_str::SqlStr;
use super::sqlx_core::statement::Statement as _;

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
    pub(super) fn new(mut query: Q) -> Self {
        if query.statement().is_some() {
            return Seen::Prepared(query);
        }
        let arguments = query.take_arguments();
        let persistent = query.persistent();
        Seen::Apart { sql: query.sql(), arguments, persistent }
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Seen::Prepared(query) => query.statement().map_or("", |statement| statement.sql().as_str()),
            Seen::Apart { sql, .. } => sql.as_str(),
        }
    }

    /// Executes another text of the same meaning; what is prepared already stays as it is.
    pub(super) fn replace_text(&mut self, text: &'static str) {
        if let Seen::Apart { sql, .. } = self {
            *sql = SqlStr::from_static(text);
        }
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
