//! The same statement many times in one trace: what a query for each row of another looks like.

use crate::record::SpanRecord;
use crate::sql::Statement;

/// The statement that ran most often in a trace.
#[derive(Clone, Copy)]
pub(crate) struct Repeated {
    pub(crate) statement: &'static Statement,
    pub(crate) times: u32,
}

/// The one that ran most often, if it ran at least `least` times.
#[inline]
pub(crate) fn most_repeated(spans: &[SpanRecord], least: usize) -> Option<Repeated> {
    if spans.len() < least { None } else { find(spans, least) }
}

#[cold]
fn find(spans: &[SpanRecord], least: usize) -> Option<Repeated> {
    // Two of one text are one: its description is kept for the life of the process.
    let statement = |span: &SpanRecord| span.site.description.statement();
    let mut places: Vec<usize> =
        spans.iter().filter_map(statement).map(|statement| std::ptr::from_ref(statement).addr()).collect();
    places.sort_unstable();
    let most = places.chunk_by(|one, next| one == next).max_by_key(|run| run.len())?;
    let is_most = |statement: &&'static Statement| std::ptr::from_ref(*statement).addr() == most[0];
    let statement = spans.iter().filter_map(statement).find(is_most)?;
    let times = u32::try_from(most.len()).unwrap_or(u32::MAX);
    (most.len() >= least).then_some(Repeated { statement, times })
}
