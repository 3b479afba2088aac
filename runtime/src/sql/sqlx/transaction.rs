//! The span of a transaction, from its `begin` to whatever ends it.

use std::sync::OnceLock;

use super::sites::{self, TRANSACTION};
use crate::call::Call;
use crate::clock::Ticks;
use crate::core::{self, Metric};
use crate::ctx::{Ctx, Entered};
use crate::exemplars::EndedSpan;
use crate::names;
use crate::outcome::Outcome;

/// The outcome of a transaction that was dropped.
const ROLLED_BACK: &str = "rolled_back";
/// The attribute that tells what ended a transaction.
const END: &str = "spanweave.transaction_end";

/// The span of a transaction that a traced body begins: a variable beside the transaction's own, written by the attributes.
///
/// The transaction stays what it is in sqlx. So what happens to it out of sight is inferred: a span that is dropped
/// unfinished belongs to a transaction that was dropped, and so rolled back, unless it [left](TransactionSpan::leaves). That is
/// an outcome of its own, and no error: whether it should have been committed, nobody can tell.
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
    started: Ticks,
    driver: &'static str,
    depth: usize,
}

/// What ended a transaction.
#[derive(Clone, Copy)]
pub(super) enum TransactionEnd {
    Commit,
    Rollback,
    /// It was dropped, which rolls it back: by its body, or with it.
    Drop,
    /// It never began.
    Begin,
    /// It goes on elsewhere.
    Left,
}

impl TransactionEnd {
    const ALL: [TransactionEnd; 5] = [
        TransactionEnd::Commit,
        TransactionEnd::Rollback,
        TransactionEnd::Drop,
        TransactionEnd::Begin,
        TransactionEnd::Left,
    ];

    const fn label(self) -> &'static str {
        match self {
            TransactionEnd::Commit => "commit",
            TransactionEnd::Rollback => "rollback",
            TransactionEnd::Drop => "drop",
            TransactionEnd::Begin => "begin",
            TransactionEnd::Left => "left",
        }
    }

    /// Its series, which is registered once.
    fn metric(self) -> Metric {
        static METRICS: [OnceLock<Metric>; TransactionEnd::ALL.len()] =
            [const { OnceLock::new() }; TransactionEnd::ALL.len()];
        let metric = || Metric::of(&names::TRANSACTIONS, Box::new([self.label().to_owned()]));
        *METRICS[self as usize].get_or_init(metric)
    }
}

/// The series of an ended span, if it is a transaction's.
pub(super) fn metric_of_ended(span: &EndedSpan<'_>) -> Option<Metric> {
    let end = span.attribute(END)?.as_str();
    TransactionEnd::ALL.into_iter().find(|known| known.label() == end).map(TransactionEnd::metric)
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

    /// The transaction was dropped while `result` was evaluated.
    pub fn dropped<R>(&mut self, result: R) -> R {
        self.finish(TransactionEnd::Drop, Outcome::Ok);
        result
    }

    /// Opens the span.
    pub(super) fn open(&mut self, driver: &'static str) -> Ctx {
        let mut call = Call::new(self.outer, sites::site(TRANSACTION, driver));
        let ctx = {
            let _given = Entered::new(self.outer);
            let polling = call.poll();
            let ctx = Ctx::current();
            polling.pending();
            ctx
        };
        self.open = Some(Open { call, ctx, started: Ticks::now(), driver, depth: 1 });
        ctx
    }

    /// It has begun, so deep in others, and its connection has told its driver.
    pub(super) fn begun(&mut self, depth: usize, driver: &'static str) {
        if let Some(open) = &mut self.open {
            open.depth = depth;
            // The types of `Any` had not told it.
            if driver != open.driver {
                open.driver = driver;
                open.call.becomes(sites::site(TRANSACTION, driver));
            }
        }
    }

    /// The driver and the depth of a transaction that has begun.
    pub(super) fn is_open(&self) -> Option<(&'static str, usize)> {
        self.open.as_ref().map(|open| (open.driver, open.depth))
    }

    pub(super) fn finish(&mut self, end: TransactionEnd, outcome: Outcome) {
        let Some(mut open) = self.open.take() else { return };
        open.ctx.set(END, end.label());
        if matches!(end, TransactionEnd::Drop) {
            open.ctx.set("outcome", ROLLED_BACK);
        }
        core::measure(open.ctx.key, end.metric(), Ticks::now().since(open.started), outcome);
        open.call.finish(outcome);
    }
}

impl Drop for TransactionSpan {
    fn drop(&mut self) {
        self.finish(if self.leaves { TransactionEnd::Left } else { TransactionEnd::Drop }, Outcome::Ok);
    }
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("ctx", &self.ctx).field("depth", &self.depth).finish_non_exhaustive()
    }
}
