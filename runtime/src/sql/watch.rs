//! What an executor returned, with the call of its statement around it.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use sqlx_core::error::Error;

use super::outcome::End;
use super::statement::Statement;
use crate::call::Call;
use crate::ctx::{Ctx, Entered};

/// The call of a statement.
pub(super) struct StatementCall {
    ctx: Ctx,
    call: Call,
}

impl StatementCall {
    pub(super) fn new(ctx: Ctx, statement: &'static Statement) -> StatementCall {
        StatementCall { ctx, call: Call::new(ctx, statement.site()) }
    }

    /// Polls, in the context of the statement's own span, and ends the call if `end` finds that it has ended.
    fn poll<T>(
        &mut self,
        poll: impl FnOnce() -> Poll<T>,
        end: impl for<'r> FnOnce(&'r T) -> Option<End<'r>>,
    ) -> Poll<T> {
        // A context that was given holds, also where it is none and a call would look for the current one.
        let _given = Entered::new(self.ctx);
        let polling = self.call.poll();
        let polled = poll();
        let end = match &polled {
            Poll::Ready(value) => end(value),
            Poll::Pending => None,
        };
        match end {
            Some(end) => polling.ended(end.record(Ctx::current())),
            None => polling.pending(),
        }
        polled
    }
}

/// A statement that is executed as a whole.
pub(super) struct Watched<'e, T> {
    // Before the call, so that what is cancelled in it ends first.
    inner: BoxFuture<'e, Result<T, Error>>,
    call: StatementCall,
    rows: fn(&T) -> Option<u64>,
}

impl<'e, T: 'e> Watched<'e, T> {
    /// `rows` tells how many rows the statement returned, if it was asked for rows.
    pub(super) fn boxed(
        inner: BoxFuture<'e, Result<T, Error>>,
        call: StatementCall,
        rows: fn(&T) -> Option<u64>,
    ) -> BoxFuture<'e, Result<T, Error>> {
        Box::pin(Watched { inner, call, rows })
    }
}

impl<T> Future for Watched<'_, T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, Error>> {
        let Watched { inner, call, rows } = self.get_mut();
        call.poll(
            || inner.as_mut().poll(cx),
            |result| {
                Some(match result {
                    Ok(value) => End::returned(rows(value)),
                    Err(error) => End::failed(error, None),
                })
            },
        )
    }
}

/// A statement whose results are read one by one.
pub(super) struct WatchedStream<'e, T> {
    // Before the call, so that what is cancelled in it ends first.
    inner: BoxStream<'e, Result<T, Error>>,
    reader: Reader,
    is_row: fn(&T) -> bool,
}

/// How far a stream was read.
struct Reader {
    call: StatementCall,
    /// `None` if it was not asked for rows.
    rows: Option<u64>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Its reader waits for it, or never asked.
    Awaited,
    /// Its reader has the last result, and may ask for the next.
    Read,
    Ended,
}

impl<'e, T: 'e> WatchedStream<'e, T> {
    /// Counts those results that `is_row`.
    pub(super) fn of_rows(
        inner: BoxStream<'e, Result<T, Error>>,
        call: StatementCall,
        is_row: fn(&T) -> bool,
    ) -> BoxStream<'e, Result<T, Error>> {
        Box::pin(WatchedStream {
            inner,
            reader: Reader { call, rows: Some(0), state: State::Awaited },
            is_row,
        })
    }

    pub(super) fn of_results(
        inner: BoxStream<'e, Result<T, Error>>,
        call: StatementCall,
    ) -> BoxStream<'e, Result<T, Error>> {
        let reader = Reader { call, rows: None, state: State::Awaited };
        Box::pin(WatchedStream { inner, reader, is_row: |_| false })
    }
}

impl<T> Stream for WatchedStream<'_, T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        let WatchedStream { inner, reader, is_row } = self.get_mut();
        if reader.state == State::Ended {
            return inner.as_mut().poll_next(cx);
        }
        let Reader { call, rows, state } = reader;
        *state = State::Awaited;
        call.poll(
            || inner.as_mut().poll_next(cx),
            |item| {
                *state = if matches!(item, Some(Ok(_))) { State::Read } else { State::Ended };
                match item {
                    Some(Ok(result)) => {
                        *rows = rows.map(|rows| rows + u64::from(is_row(result)));
                        None
                    }
                    Some(Err(error)) => Some(End::failed(error, *rows)),
                    None => Some(End::returned(*rows)),
                }
            },
        )
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl Drop for Reader {
    /// A reader who has a result and wants no more has ended the statement. One who is gone while waiting was
    /// cancelled: sqlx reads `query_as(…).fetch_all(…)` from a stream, too.
    fn drop(&mut self) {
        if self.state == State::Read {
            let rows = self.rows;
            let _ended = self.call.poll(|| Poll::Ready(()), |()| Some(End::returned(rows)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use futures_executor::block_on;
    use futures_util::{StreamExt, stream};
    use sqlx_core::error::Error;

    use super::{StatementCall, Watched, WatchedStream};
    use crate::ctx::Ctx;
    use crate::sql::intern;
    use crate::sql::statement::{Act, Source};
    use crate::testing::TestTelemetry;

    fn call(ctx: Ctx) -> StatementCall {
        StatementCall::new(ctx, intern::statement(Source::new("SQLite", Act::Run, "SELECT * FROM tasks")))
    }

    #[test]
    fn an_executor_that_panics_is_told_from_one_that_was_dropped() {
        let telemetry = TestTelemetry::new();
        telemetry.root("request").in_scope(|ctx| {
            let future = async { panic!("on purpose") };
            let future = Watched::<()>::boxed(Box::pin(future), call(ctx), |()| None);
            assert!(catch_unwind(AssertUnwindSafe(|| block_on(future))).is_err());

            let rows = stream::iter(0..).map(|row| if row < 2 { Ok(row) } else { panic!("on purpose") });
            let rows = WatchedStream::of_rows(rows.boxed(), call(ctx), |_| true);
            let read = rows.for_each(async |row: Result<i32, Error>| drop(row));
            assert!(catch_unwind(AssertUnwindSafe(|| block_on(read))).is_err());
        });
        assert_eq!(telemetry.span_tree(), "request\n  SELECT tasks [panicked]\n  SELECT tasks [panicked]\n");
    }

    #[test]
    fn a_stream_of_results_has_no_rows() {
        let telemetry = TestTelemetry::new();
        telemetry.root("request").in_scope(|ctx| {
            let results = WatchedStream::of_results(stream::iter([Ok(1), Ok(2)]).boxed(), call(ctx));
            assert_eq!(results.size_hint(), (2, Some(2)));
            assert_eq!(block_on(results.count()), 2);
        });
        let tree = telemetry.span_tree_with(&["db.response.returned_rows"]);
        assert_eq!(tree, "request\n  SELECT tasks\n");
    }
}
