//! How a statement ended, in the bounded words that a span and a metric may use.

use opentelemetry_semantic_conventions::attribute::{DB_RESPONSE_RETURNED_ROWS, DB_RESPONSE_STATUS_CODE};

use super::driver::{Rows, SqlxError};
use crate::ctx::Ctx;
use crate::outcome::Outcome;
use crate::sql::statement::Statement;

/// The most bytes of a status code; `SQLSTATE` has five.
const MAX_CODE: usize = 32;
/// The convention has no name for it.
const AFFECTED_ROWS: &str = "db.response.affected_rows";
/// The outcome of a statement that was to return a row and had none.
const NO_ROW: &str = "no_row";

/// The end of a statement.
pub(super) struct End<'r> {
    error: Option<&'r dyn SqlxError>,
    rows: Rows,
    /// What it is known to have been only now.
    pub(super) turned_out_to_be: Option<&'static Statement>,
}

impl<'r> End<'r> {
    /// Of what was executed as a whole; `rows` tells how many rows it returned or changed.
    pub(super) fn of<T, E: SqlxError>(result: &'r Result<T, E>, rows: impl FnOnce(&T) -> Rows) -> End<'r> {
        match result {
            Ok(value) => End::returned(rows(value)),
            Err(error) => End::failed(error, Rows::NONE),
        }
    }

    pub(super) fn returned(rows: Rows) -> End<'r> {
        End { error: None, rows, turned_out_to_be: None }
    }

    pub(super) fn failed(error: &'r dyn SqlxError, rows: Rows) -> End<'r> {
        End { error: Some(error), rows, turned_out_to_be: None }
    }

    /// It was another statement than was to be seen at its start.
    pub(super) fn turns_out_to_be(self, other: &'static Statement) -> End<'r> {
        End { turned_out_to_be: Some(other), ..self }
    }

    /// Sets what is only known now on the span of `ctx`, and tells the outcome.
    pub(super) fn record(&self, ctx: Ctx, wants_row: bool) -> Outcome {
        // The database did answer where one row was asked for and there was none.
        let is_no_row = match self.error {
            Some(error) => error.is_row_not_found(),
            None => wants_row && self.rows.returned == Some(0),
        };
        if ctx.is_recording() {
            if is_no_row {
                ctx.set("outcome", NO_ROW);
                ctx.set(DB_RESPONSE_RETURNED_ROWS, 0);
            } else {
                self.set_attributes(ctx);
            }
        }
        match self.error {
            Some(error) if !is_no_row => Outcome::Error(error.class()),
            _ => Outcome::Ok,
        }
    }

    fn set_attributes(&self, ctx: Ctx) {
        ctx.set(DB_RESPONSE_RETURNED_ROWS, self.rows.returned);
        // Where rows come back, some drivers count these.
        ctx.set(AFFECTED_ROWS, self.rows.affected.filter(|_| self.rows.returned.unwrap_or(0) == 0));
        let code = self.error.and_then(SqlxError::code);
        ctx.set(
            DB_RESPONSE_STATUS_CODE,
            code.as_deref().map(|code| &code[..code.floor_char_boundary(MAX_CODE)]),
        );
    }
}
