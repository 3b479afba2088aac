//! The same statement many times in one trace: what a query for each row of another looks like.

use std::cell::RefCell;

use crate::counters::Counters;
use crate::names;
use crate::record::SpanRecord;
use crate::site::Site;
use crate::sql::Statement;

/// A thread gives its list back where a trace made it longer.
const RECYCLED: usize = 1_024;

/// The statement that ran most often in a trace.
#[derive(Clone, Copy)]
pub(crate) struct Repeated {
    pub(crate) statement: &'static Statement,
    pub(crate) times: u32,
}

/// Counts every statement that ran at least `least` times, and tells the one that ran most often.
#[inline]
pub(crate) fn find(spans: &[SpanRecord], least: usize, counters: &Counters) -> Option<Repeated> {
    if spans.len() < least { None } else { find_in_many(spans, least, counters) }
}

#[inline(never)]
fn find_in_many(spans: &[SpanRecord], least: usize, counters: &Counters) -> Option<Repeated> {
    thread_local! {
        static SITES: RefCell<Vec<&'static Site>> = const { RefCell::new(Vec::new()) };
    }
    SITES.with_borrow_mut(|sites| {
        sites.extend(spans.iter().map(|span| span.site).filter(|site| site.may_repeat));
        let most = if sites.len() < least { None } else { count(sites, least, counters) };
        sites.clear();
        sites.shrink_to(RECYCLED);
        most
    })
}

#[cold]
fn count(sites: &mut [&'static Site], least: usize, counters: &Counters) -> Option<Repeated> {
    // Two of one text are one site: it is kept for the life of the process.
    let place = |site: &&'static Site| std::ptr::from_ref(*site).addr();
    sites.sort_unstable_by_key(place);
    let runs = sites.chunk_by(|one, next| place(one) == place(next)).filter(|run| run.len() >= least);
    let repeated = runs.filter_map(|run| {
        let statement = run[0].description.statement()?;
        counters.add(&names::REPEATED_STATEMENTS, statement);
        Some(Repeated { statement, times: u32::try_from(run.len()).unwrap_or(u32::MAX) })
    });
    repeated.max_by_key(|repeated| (repeated.times, repeated.statement.summary()))
}
