//! Beginning a transaction: its span opens, and `BEGIN` is the first in it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::driver::{Rows, SqlxError, SqlxTransaction};
use super::outcome::End;
use super::statement_call::{ExecutedBy, StatementCall};
use super::transaction::{TransactionEnd, TransactionSpan};
use super::{intern, verbs};
use crate::ctx::Ctx;
use crate::outcome::Outcome;

pin_project! {
    /// A future that begins a transaction of sqlx.
    #[must_use = "futures do nothing unless polled"]
    pub struct BeginWatch<'t, F> {
        // Before the call, so that what is cancelled in it ends first.
        #[pin]
        future: F,
        call: Option<StatementCall>,
        ctx: Ctx,
        driver: &'static str,
        span: Option<&'t mut TransactionSpan>,
    }
}

impl<'t, F> BeginWatch<'t, F> {
    /// Of the driver as it is known before the transaction has begun.
    pub(super) fn new(
        future: F,
        ctx: Ctx,
        driver: &'static str,
        span: Option<&'t mut TransactionSpan>,
    ) -> BeginWatch<'t, F> {
        BeginWatch { future, call: None, ctx, driver, span }
    }
}

impl<F, T, E> Future for BeginWatch<'_, F>
where
    F: Future<Output = Result<T, E>>,
    T: SqlxTransaction,
    E: SqlxError,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, E>> {
        let this = self.project();
        let driver = *this.driver;
        let call = this.call.get_or_insert_with(|| {
            let ctx = this.span.as_mut().map_or(*this.ctx, |span| span.open(driver));
            StatementCall::new(ctx, intern::verb(driver, verbs::BEGIN), ExecutedBy::Sqlx)
        });
        let begun = call.poll(
            || this.future.poll(cx),
            |begun| {
                let end = End::of(begun, |_| Rows::NONE);
                Some(match begun {
                    Ok(transaction) if transaction.depth() > 1 => {
                        end.turns_out_to_be(intern::verb(transaction.driver(), verbs::SAVEPOINT))
                    }
                    Ok(transaction) if transaction.driver() != driver => {
                        end.turns_out_to_be(intern::verb(transaction.driver(), verbs::BEGIN))
                    }
                    _ => end,
                })
            },
        );
        if let (Poll::Ready(begun), Some(span)) = (&begun, this.span) {
            match begun {
                Ok(transaction) => span.begun(transaction.depth(), transaction.driver()),
                Err(error) => span.finish(TransactionEnd::Begin, Outcome::Error(error.class())),
            }
        }
        begun
    }
}
