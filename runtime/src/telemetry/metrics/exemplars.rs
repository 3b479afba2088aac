//! Exemplars behind the buckets of an encoded page.
//!
//! The encoder takes none but those of its own histograms, so they are put behind the lines that it wrote.

use std::fmt::Write as _;
use std::time::UNIX_EPOCH;

use super::measured::{Measured, Scrape};
use crate::exemplars::Exemplar;
use crate::family::{Family, Kind};

/// The page of a scrape's histograms with what is known of their buckets. No other histogram may be in it: the lines of
/// their buckets are counted.
pub(super) fn attach(page: &str, scrape: &Scrape) -> String {
    let mut exemplars = scrape
        .families
        .iter()
        .filter(|(family, _)| family.kind() == Kind::Histogram)
        .flat_map(|(family, measured)| measured.iter().map(move |measured| (*family, measured)))
        .flat_map(|(family, measured)| of_buckets(scrape, family, measured));
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
    attached
}

fn is_bucket(line: &str) -> bool {
    line.split_once('{').is_some_and(|(name, _)| name.ends_with("_bucket"))
}

/// One for each of the series' buckets, the infinite one last.
fn of_buckets(
    scrape: &Scrape,
    family: &'static Family,
    measured: &Measured,
) -> impl Iterator<Item = Option<Exemplar>> + use<> {
    let (exemplars, series) = (&scrape.core.exemplars, measured.id);
    (0..family.buckets.count()).map(move |bucket| exemplars.of(series, bucket))
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
