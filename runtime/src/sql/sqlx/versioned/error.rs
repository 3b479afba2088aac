//! Errors in bounded words.

use std::borrow::Cow;

use super::sqlx_core::error::{DatabaseError, Error, ErrorKind};
use crate::outcome::ErrorClass;
use crate::sql::sqlx::driver::SqlxError;

/// Of the database's own errors the kind, of all others the variant.
impl SqlxError for Error {
    fn class(&self) -> &'static str {
        match self {
            Error::Database(error) => class_of_kind(&error.kind()),
            Error::Configuration(_) => "configuration",
            Error::InvalidArgument(_) => "invalid_argument",
            Error::Io(_) => "io",
            Error::Tls(_) => "tls",
            Error::Protocol(_) => "protocol",
            Error::RowNotFound => "row_not_found",
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

    fn is_row_not_found(&self) -> bool {
        matches!(self, Error::RowNotFound)
    }

    fn is_pool_timeout(&self) -> bool {
        matches!(self, Error::PoolTimedOut)
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        self.as_database_error().and_then(DatabaseError::code)
    }
}

fn class_of_kind(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::UniqueViolation => "unique_violation",
        ErrorKind::ForeignKeyViolation => "foreign_key_violation",
        ErrorKind::NotNullViolation => "not_null_violation",
        ErrorKind::CheckViolation => "check_violation",
        other => super::class_of_newer_kind(other),
    }
}

/// The class that a statement with this error has: methods that pass it on have the same one.
impl ErrorClass for Error {
    fn error_class(&self) -> &'static str {
        self.class()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sqlx_core::error::Error;
    use crate::ctx::Ctx;
    use crate::outcome::Outcome;
    use crate::sql::sqlx::driver::Rows;
    use crate::sql::sqlx::outcome::End;

    #[test]
    fn an_error_is_of_a_bounded_class() {
        let outcome = |error: &Error| End::failed(error, Rows::NONE).record(Ctx::none(), false);
        assert_eq!(outcome(&Error::PoolTimedOut), Outcome::Error("pool_timed_out"));
        assert_eq!(outcome(&Error::ColumnNotFound("secret".into())), Outcome::Error("column_not_found"));
        assert_eq!(outcome(&Error::RowNotFound), Outcome::Ok);
    }
}
