//! Exemplars behind the buckets of an encoded page.
//!
//! The encoder takes none but those of its own histograms, so they are put behind the lines that it wrote.

use std::fmt::Write as _;
use std::time::UNIX_EPOCH;

use super::measured::Scrape;
use crate::exemplars::Exemplar;
use crate::family::Kind;
use crate::registry::SeriesId;

/// The page of a scrape's histograms with what is known of their buckets. No other histogram may be in it: the lines of
/// their buckets are counted.
pub(super) fn attach(page: &str, scrape: &Scrape) -> String {
    let noted = scrape.core.exemplars.noted();
    let mut exemplars = buckets(scrape).map(|(series, bucket)| noted.of(series, bucket));
    let mut attached = String::with_capacity(page.len());
    for line in page.lines() {
        attached.push_str(line);
        if is_bucket(line)
            && let Some(exemplar) = exemplars.next().flatten()
        {
            push(&mut attached, exemplar);
        }
        attached.push('\n');
    }
    debug_assert!(exemplars.next().is_none(), "a bucket of the scrape has no line");
    attached
}

fn is_bucket(line: &str) -> bool {
    line.split_once('{').is_some_and(|(name, _)| name.ends_with("_bucket"))
}

/// All buckets of the scrape's histograms, in the order of their lines.
fn buckets(scrape: &Scrape) -> impl Iterator<Item = (SeriesId, usize)> {
    let histograms = scrape.families.iter().filter(|(family, _)| family.kind() == Kind::Histogram);
    histograms.flat_map(|(family, measured)| {
        let of_series = move |id| (0..family.buckets.count()).map(move |bucket| (id, bucket));
        measured.iter().flat_map(move |measured| of_series(measured.id))
    })
}

fn push(line: &mut String, exemplar: Exemplar) {
    let Exemplar { trace_id, span_id, nanos, ended } = exemplar;
    let since = ended.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (seconds, milliseconds) = (since.as_secs(), since.subsec_millis());
    let _infallible = write!(
        line,
        " # {{trace_id=\"{trace_id:032x}\",span_id=\"{span_id:016x}\"}} {}.{:09} {seconds}.{milliseconds:03}",
        nanos / 1_000_000_000,
        nanos % 1_000_000_000,
    );
}
