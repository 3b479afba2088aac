//! The span of a transaction, from its `begin` to whatever ends it.

use std::thread;

use super::sites::{self, TRANSACTION};
use crate::call::Call;
use crate::clock::Ticks;
use crate::core::{self, Metric};
use crate::ctx::{Ctx, Entered};
use crate::names;
use crate::outcome::Outcome;

/// The attribute that tells what ended a transaction.
const END: &str = "spanweave.transaction_end";
/// The error of a transaction that nobody committed.
const ROLLED_BACK: &str = "rolled_back";

/// The span of a transaction that a traced body begins: a variable beside the transaction's own, written by the attributes.
///
/// The transaction stays what it is in sqlx. So what happens to it out of sight is inferred: a span that is dropped
/// unfinished belongs to a transaction that was dropped, and so rolled back, unless it [left](TransactionSpan::leaves).
#[derive(Debug)]
pub struct TransactionSpan {
    outer: Ctx,
    leaves: bool,
    open: Option<Open>,
}

/// A transaction that was begun.
struct Open {
    call: Call,
    ctx: Ctx,
    /// Whose poll began it.
    polled_in: Ctx,
    started: Ticks,
    driver: &'static str,
    depth: usize,
}

/// What ended a transaction.
#[derive(Clone, Copy)]
pub(super) enum TransactionEnd {
    Commit,
    Rollback,
    /// It was dropped, which rolls it back.
    Drop,
    Cancellation,
    Panic,
    /// It never began.
    Begin,
    /// It goes on elsewhere.
    Left,
}

impl TransactionEnd {
    const fn label(self) -> &'static str {
        match self {
            TransactionEnd::Commit => "commit",
            TransactionEnd::Rollback => "rollback",
            TransactionEnd::Drop => "drop",
            TransactionEnd::Cancellation => "cancellation",
            TransactionEnd::Panic => "panic",
            TransactionEnd::Begin => "begin",
            TransactionEnd::Left => "left",
        }
    }
}

impl Ctx {
    /// The span of a transaction that may begin in this context; the attributes write it.
    pub fn transaction(self) -> TransactionSpan {
        TransactionSpan { outer: self, leaves: false, open: None }
    }
}

impl TransactionSpan {
    /// Says that the transaction may be moved to where nobody sees what becomes of it.
    #[must_use]
    pub fn leaves(mut self) -> TransactionSpan {
        self.leaves = true;
        self
    }

    /// The context of what is executed in the transaction; of what is around it, as long as it has not begun.
    pub fn ctx(&self) -> Ctx {
        self.open.as_ref().map_or(self.outer, |open| open.ctx)
    }

    /// Opens the span.
    pub(super) fn open(&mut self, driver: &'static str) -> Ctx {
        let polled_in = Ctx::current();
        let mut call = Call::new(self.outer, sites::site(TRANSACTION, driver));
        let ctx = {
            let _given = Entered::new(self.outer);
            let polling = call.poll();
            let ctx = Ctx::current();
            polling.pending();
            ctx
        };
        self.open = Some(Open { call, ctx, polled_in, started: Ticks::now(), driver, depth: 1 });
        ctx
    }

    /// It has begun, so deep in others.
    pub(super) fn begun(&mut self, depth: usize) {
        if let Some(open) = &mut self.open {
            open.depth = depth;
        }
    }

    /// The driver and the depth of a transaction that has begun.
    pub(super) fn is_open(&self) -> Option<(&'static str, usize)> {
        self.open.as_ref().map(|open| (open.driver, open.depth))
    }

    pub(super) fn finish(&mut self, end: TransactionEnd, outcome: Outcome) {
        let Some(mut open) = self.open.take() else { return };
        open.ctx.set(END, end.label());
        let metric = Metric::of(&names::TRANSACTIONS, Box::new([end.label().to_owned()]));
        core::measure(open.ctx.key, metric, Ticks::now().since(open.started), outcome);
        open.call.finish(outcome);
    }
}

impl Drop for TransactionSpan {
    fn drop(&mut self) {
        let Some(open) = &self.open else { return };
        let (end, outcome) = if self.leaves {
            (TransactionEnd::Left, Outcome::Ok)
        } else if Ctx::current() != open.polled_in {
            // Nobody polls the body: its future is dropped, and the transaction with it.
            (TransactionEnd::Cancellation, Outcome::Cancelled)
        } else if thread::panicking() {
            (TransactionEnd::Panic, Outcome::Panicked)
        } else {
            (TransactionEnd::Drop, Outcome::Error(ROLLED_BACK))
        };
        self.finish(end, outcome);
    }
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("ctx", &self.ctx).field("depth", &self.depth).finish_non_exhaustive()
    }
}
