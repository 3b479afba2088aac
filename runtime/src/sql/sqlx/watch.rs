//! What an executor returned, with the call of its statement around it.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;

use super::driver::{Rows, SqlxError};
use super::outcome::End;
use super::statement_call::StatementCall;

/// A statement that is executed as a whole.
pub(super) struct Watched<'e, T, E> {
    // Before the call, so that what is cancelled in it ends first.
    inner: BoxFuture<'e, Result<T, E>>,
    call: StatementCall,
    rows: fn(&T) -> Rows,
}

impl<'e, T: 'e, E: SqlxError + 'e> Watched<'e, T, E> {
    /// `rows` tells how many rows the statement returned or changed.
    pub(super) fn boxed(
        inner: BoxFuture<'e, Result<T, E>>,
        call: StatementCall,
        rows: fn(&T) -> Rows,
    ) -> BoxFuture<'e, Result<T, E>> {
        Box::pin(Watched { inner, call, rows })
    }
}

impl<T, E: SqlxError> Future for Watched<'_, T, E> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, E>> {
        let Watched { inner, call, rows } = self.get_mut();
        call.poll(|| inner.as_mut().poll(cx), |result| Some(End::of(result, rows)))
    }
}

/// A statement whose results are read one by one.
pub(super) struct WatchedStream<'e, T, E> {
    // Before the call, so that what is cancelled in it ends first.
    inner: BoxStream<'e, Result<T, E>>,
    reader: Reader,
    /// What a result adds to them.
    rows: fn(&T) -> Rows,
}

/// How far a stream was read.
struct Reader {
    call: StatementCall,
    rows: Rows,
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

impl<'e, T: 'e, E: SqlxError + 'e> WatchedStream<'e, T, E> {
    /// `rows` tells what a result adds to those that were there at the `start`.
    pub(super) fn boxed(
        inner: BoxStream<'e, Result<T, E>>,
        call: StatementCall,
        start: Rows,
        rows: fn(&T) -> Rows,
    ) -> BoxStream<'e, Result<T, E>> {
        let reader = Reader { call, rows: start, state: State::Awaited };
        Box::pin(WatchedStream { inner, reader, rows })
    }
}

impl<T, E: SqlxError> Stream for WatchedStream<'_, T, E> {
    type Item = Result<T, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        let WatchedStream { inner, reader, rows: added } = self.get_mut();
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
                        *rows = rows.and(added(result));
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
    use std::borrow::Cow;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use futures_executor::block_on;
    use futures_util::{StreamExt, stream};

    use super::{StatementCall, Watched, WatchedStream};
    use crate::ctx::Ctx;
    use crate::sql::source::{Act, Source};
    use crate::sql::sqlx::driver::{Rows, SqlxError};
    use crate::sql::sqlx::intern;
    use crate::sql::sqlx::statement_call::ExecutedBy;
    use crate::testing::TestTelemetry;

    fn call(ctx: Ctx) -> StatementCall {
        let statement = intern::statement(Source::new("SQLite", Act::Run, "SELECT * FROM tasks"));
        StatementCall::new(ctx, statement, ExecutedBy::Hand)
    }

    /// No error of any version.
    enum Error {}

    impl SqlxError for Error {
        fn class(&self) -> &'static str {
            match *self {}
        }

        fn is_row_not_found(&self) -> bool {
            match *self {}
        }

        fn is_pool_timeout(&self) -> bool {
            match *self {}
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            match *self {}
        }
    }

    #[test]
    fn an_executor_that_panics_is_told_from_one_that_was_dropped() {
        let telemetry = TestTelemetry::new();
        telemetry.root("request").in_scope(|ctx| {
            let future = async { panic!("on purpose") };
            let future = Watched::<(), Error>::boxed(Box::pin(future), call(ctx), |()| Rows::NONE);
            assert!(catch_unwind(AssertUnwindSafe(|| block_on(future))).is_err());

            let rows = stream::iter(0..).map(|row| if row < 2 { Ok(row) } else { panic!("on purpose") });
            let rows =
                WatchedStream::boxed(rows.boxed(), call(ctx), Rows::returned(0), |_| Rows::returned(1));
            let read = rows.for_each(async |_: Result<i32, Error>| ());
            assert!(catch_unwind(AssertUnwindSafe(|| block_on(read))).is_err());
        });
        assert_eq!(telemetry.span_tree(), "request\n  SELECT tasks [panicked]\n  SELECT tasks [panicked]\n");
    }

    #[test]
    fn a_stream_of_results_has_no_rows() {
        let telemetry = TestTelemetry::new();
        telemetry.root("request").in_scope(|ctx| {
            let results = stream::iter([Ok::<_, Error>(1), Ok(2)]).boxed();
            let results = WatchedStream::boxed(results, call(ctx), Rows::NONE, |_| Rows::NONE);
            assert_eq!(results.size_hint(), (2, Some(2)));
            assert_eq!(block_on(results.count()), 2);
        });
        let tree = telemetry.span_tree_with(&["db.response.returned_rows"]);
        assert_eq!(tree, "request\n  SELECT tasks\n");
    }
}
