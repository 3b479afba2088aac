//! A query whose text was looked at on its way to the executor.

use std::marker::PhantomData;

use super::sqlx_core::database::Database;
use super::sqlx_core::error::BoxDynError;
use super::sqlx_core::executor::Execute;

/// The user's query, to be executed as if nobody had looked, but for a text that has taken the place of its own.
pub(super) struct Seen<Q, DB> {
    query: Q,
    text: Option<&'static str>,
    database: PhantomData<fn() -> DB>,
}

/// What taking the arguments gives: an error of encoding them is the executor's to return.
type Arguments<'q, DB> = Result<Option<<DB as Database>::Arguments<'q>>, BoxDynError>;

impl<'q, Q: Execute<'q, DB>, DB: Database> Seen<Q, DB> {
    pub(super) fn new(query: Q) -> Self {
        Seen { query, text: None, database: PhantomData }
    }

    pub(super) fn text(&self) -> &'q str {
        self.query.sql()
    }

    /// Executes another text of the same meaning; what is prepared already stays as it is.
    pub(super) fn replace_text(&mut self, text: &'static str) {
        self.text = Some(text).filter(|_| self.query.statement().is_none());
    }
}

impl<'q, Q: Execute<'q, DB>, DB: Database> Execute<'q, DB> for Seen<Q, DB> {
    fn sql(&self) -> &'q str {
        self.text.unwrap_or_else(|| self.query.sql())
    }

    fn statement(&self) -> Option<&DB::Statement<'q>> {
        self.query.statement()
    }

    fn take_arguments(&mut self) -> Arguments<'q, DB> {
        self.query.take_arguments()
    }

    fn persistent(&self) -> bool {
        self.query.persistent()
    }
}
