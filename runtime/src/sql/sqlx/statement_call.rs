//! The call of a statement: its span, and what is found out about it while it runs.

use std::cell::Cell;
use std::task::Poll;

use super::outcome::End;
use crate::call::Call;
use crate::core::{self, Core};
use crate::counters::Counted;
use crate::ctx::{Ctx, Entered};
use crate::method::Method;
use crate::names;
use crate::outcome::Outcome;
use crate::sql::statement::Statement;

/// The attribute of a statement that took longer than it should.
const SLOW: &str = "spanweave.slow";

/// The call of a statement.
pub(super) struct StatementCall {
    ctx: Ctx,
    statement: &'static Statement,
    executed_by: ExecutedBy,
    wants_row: bool,
    call: Call,
    /// Another call of the same statement polls this one, and is its span: an executor with its context was given a
    /// second one.
    is_within: bool,
}

thread_local! {
    /// The statement that is being polled.
    static POLLED: Cell<Option<&'static Statement>> = const { Cell::new(None) };
}

impl StatementCall {
    #[inline]
    pub(super) fn new(ctx: Ctx, statement: &'static Statement, executed_by: ExecutedBy) -> StatementCall {
        StatementCall {
            ctx,
            statement,
            executed_by,
            wants_row: false,
            call: Call::new(ctx, statement.site()),
            is_within: false,
        }
    }

    /// Whether no row is an outcome of its own.
    #[inline]
    pub(super) fn wanting_row(mut self, wants_row: bool) -> StatementCall {
        self.wants_row = wants_row;
        self
    }

    /// Polls, in the context of the statement's own span, and ends the call if `end` finds that it has ended.
    pub(super) fn poll<T>(
        &mut self,
        poll: impl FnOnce() -> Poll<T>,
        end: impl for<'r> FnOnce(&'r T) -> Option<End<'r>>,
    ) -> Poll<T> {
        if !self.call.is_open() && !self.is_within {
            self.start();
        }
        if self.is_within {
            return poll();
        }
        let _polled = Polled::new(self.statement);
        // A context that was given holds, also where it is none and a call would look for the current one.
        let _given = Entered::new(self.ctx);
        let polling = self.call.poll();
        let polled = poll();
        let end = match &polled {
            Poll::Ready(value) => end(value),
            Poll::Pending => None,
        };
        match end {
            Some(end) => {
                let outcome = end.record(Ctx::current(), self.wants_row);
                let polling = match end.turned_out_to_be {
                    Some(other) => {
                        self.statement = other;
                        polling.becomes(other.site())
                    }
                    None => polling,
                };
                observe(self.statement, Ctx::current(), polling.elapsed(), outcome);
                polling.ended(outcome);
            }
            None => polling.pending(),
        }
        polled
    }
}

impl StatementCall {
    /// Before the first poll.
    fn start(&mut self) {
        let polled = POLLED.get();
        self.is_within = polled.is_some_and(|polled| std::ptr::eq(polled, self.statement));
        if self.ctx.is_none() && !self.is_within {
            self.executed_by.count_untraced();
        }
    }
}

/// Tells calls in a poll of a statement which it is.
struct Polled(Option<&'static Statement>);

impl Polled {
    fn new(statement: &'static Statement) -> Polled {
        Polled(POLLED.replace(Some(statement)))
    }
}

impl Drop for Polled {
    fn drop(&mut self) {
        POLLED.set(self.0);
    }
}

impl Drop for StatementCall {
    fn drop(&mut self) {
        if self.call.is_open() {
            observe(self.statement, self.call.ctx(), self.call.elapsed(), Outcome::Cancelled);
        }
    }
}

/// Says what a handle wants to know of a statement beside its span and its histogram.
fn observe(statement: &'static Statement, ctx: Ctx, ticks: u64, outcome: Outcome) {
    let Some(core) = Core::of(ctx.key) else { return };
    if ticks > core.rules.sql.slow_ticks {
        ctx.set(SLOW, true);
        core.counters.add(&names::SLOW_STATEMENTS, statement);
    }
    if core.rules.sql.operation_duration {
        core::measure(ctx.key, statement.operation_duration(outcome), ticks, outcome);
    }
}

/// Who executes a statement.
#[derive(Clone, Copy)]
pub(super) enum ExecutedBy {
    /// The body of a method.
    Method(&'static Method),
    /// A context that was given by hand.
    Hand,
    /// sqlx, of its own account.
    Sqlx,
}

impl ExecutedBy {
    /// Counts a statement outside any trace.
    #[cold]
    fn count_untraced(self) {
        let Some(core) = Core::of(Ctx::none().key) else { return };
        match self {
            ExecutedBy::Method(method) => core.counters.add(&names::UNTRACED_STATEMENTS, method),
            ExecutedBy::Hand => core.counters.add(&names::UNTRACED_STATEMENTS, &ByHand),
            ExecutedBy::Sqlx => {}
        }
    }
}

/// In the place of the method that nobody knows.
struct ByHand;

impl Counted for ByHand {
    fn labels(&'static self) -> Vec<String> {
        vec!["none".to_owned(), "none".to_owned()]
    }
}
