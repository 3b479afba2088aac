//! How a statement ended, in the bounded words that a span and a metric may use.

use opentelemetry_semantic_conventions::attribute::{DB_RESPONSE_RETURNED_ROWS, DB_RESPONSE_STATUS_CODE};
use sqlx_core::error::{DatabaseError, Error, ErrorKind};

use crate::ctx::Ctx;
use crate::outcome::Outcome;

/// The most bytes of a status code; `SQLSTATE` has five.
const MAX_CODE: usize = 32;

/// The end of a statement, with the rows it returned if it was asked for rows.
pub(super) struct End<'r> {
    error: Option<&'r Error>,
    rows: Option<u64>,
}

impl<'r> End<'r> {
    pub(super) fn returned(rows: Option<u64>) -> End<'r> {
        End { error: None, rows }
    }

    /// The database did answer where one row was asked for and there was none: its answer was no row.
    pub(super) fn failed(error: &'r Error, rows: Option<u64>) -> End<'r> {
        match error {
            Error::RowNotFound => End { error: None, rows: Some(0) },
            _ => End { error: Some(error), rows },
        }
    }

    /// Sets what is only known now on the span of `ctx`, and tells the outcome.
    pub(super) fn record(&self, ctx: Ctx) -> Outcome {
        if ctx.is_recording() {
            self.set_attributes(ctx);
        }
        self.error.map_or(Outcome::Ok, |error| Outcome::Error(class(error)))
    }

    fn set_attributes(&self, ctx: Ctx) {
        ctx.set(DB_RESPONSE_RETURNED_ROWS, self.rows);
        let code = self.error.and_then(Error::as_database_error).and_then(DatabaseError::code);
        ctx.set(
            DB_RESPONSE_STATUS_CODE,
            code.as_deref().map(|code| &code[..code.floor_char_boundary(MAX_CODE)]),
        );
    }
}

/// The class of an error: of the database's own the kind, of all others the variant.
fn class(error: &Error) -> &'static str {
    match error {
        Error::Database(error) => match error.kind() {
            ErrorKind::UniqueViolation => "unique_violation",
            ErrorKind::ForeignKeyViolation => "foreign_key_violation",
            ErrorKind::NotNullViolation => "not_null_violation",
            ErrorKind::CheckViolation => "check_violation",
            ErrorKind::ExclusionViolation => "exclusion_violation",
            _ => "database",
        },
        Error::Configuration(_) => "configuration",
        Error::InvalidArgument(_) => "invalid_argument",
        Error::Io(_) => "io",
        Error::Tls(_) => "tls",
        Error::Protocol(_) => "protocol",
        Error::TypeNotFound { .. } => "type_not_found",
        Error::ColumnIndexOutOfBounds { .. } => "column_index_out_of_bounds",
        Error::ColumnNotFound(_) => "column_not_found",
        Error::ColumnDecode { .. } => "column_decode",
        Error::Encode(_) => "encode",
        Error::Decode(_) => "decode",
        Error::AnyDriverError(_) => "any_driver_error",
        Error::PoolTimedOut => "pool_timed_out",
        Error::PoolClosed => "pool_closed",
        Error::WorkerCrashed => "worker_crashed",
        Error::InvalidSavePointStatement => "invalid_save_point_statement",
        Error::BeginFailed => "begin_failed",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use sqlx_core::error::Error;

    use super::End;
    use crate::ctx::Ctx;
    use crate::outcome::Outcome;

    #[test]
    fn an_error_is_of_a_bounded_class() {
        let outcome = |error: &Error| End::failed(error, None).record(Ctx::none());
        assert_eq!(outcome(&Error::PoolTimedOut), Outcome::Error("pool_timed_out"));
        assert_eq!(outcome(&Error::ColumnNotFound("secret".into())), Outcome::Error("column_not_found"));
        assert_eq!(outcome(&Error::RowNotFound), Outcome::Ok);
    }
}
