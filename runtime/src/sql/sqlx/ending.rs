//! Ending a transaction: `COMMIT` or `ROLLBACK` is the last in its span, which closes.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::driver::{Rows, SqlxError};
use super::outcome::End;
use super::statement_call::{ExecutedBy, StatementCall};
use super::transaction::{TransactionEnd, TransactionSpan};
use super::{intern, verbs};
use crate::outcome::Outcome;

pin_project! {
    /// A future that ends a transaction of sqlx.
    #[must_use = "futures do nothing unless polled"]
    pub struct EndWatch<'t, F> {
        // Before the call, so that what is cancelled in it ends first.
        #[pin]
        future: F,
        call: Option<StatementCall>,
        end: TransactionEnd,
        span: &'t mut TransactionSpan,
    }
}

impl<'t, F> EndWatch<'t, F> {
    pub(super) fn new(future: F, end: TransactionEnd, span: &'t mut TransactionSpan) -> EndWatch<'t, F> {
        EndWatch { future, call: None, end, span }
    }
}

impl<F, E> Future for EndWatch<'_, F>
where
    F: Future<Output = Result<(), E>>,
    E: SqlxError,
{
    type Output = Result<(), E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), E>> {
        let this = self.project();
        let Some((driver, depth)) = this.span.is_open() else { return this.future.poll(cx) };
        let call = this.call.get_or_insert_with(|| {
            StatementCall::new(
                this.span.ctx(),
                intern::verb(driver, verbs::of(*this.end, depth)),
                ExecutedBy::Sqlx,
            )
        });
        let ended = call.poll(|| this.future.poll(cx), |ended| Some(End::of(ended, |()| Rows::NONE)));
        if let Poll::Ready(ended) = &ended {
            let outcome = ended.as_ref().map_or_else(|error| Outcome::Error(error.class()), |()| Outcome::Ok);
            this.span.finish(*this.end, outcome);
        }
        ended
    }
}
