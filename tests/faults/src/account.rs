//! What became of spans: those that a collector has, and those that are counted as lost.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use opentelemetry_sdk::trace::SpanData;
use spanweave::testing::OtlpReceiver;

/// The sum that always holds: what the collector has acknowledged and what is counted as lost is what was produced.
#[derive(Clone, Debug)]
pub struct Account {
    /// Spans that have ended.
    pub produced: usize,
    /// Different spans that the collector has accepted.
    pub arrived: usize,
    /// Spans that it has accepted once more.
    pub repeated: usize,
    /// What the metrics count as exported, by exporter.
    pub exported: BTreeMap<String, usize>,
    /// What the metrics count as dropped, by reason and exporter.
    pub dropped: BTreeMap<(String, String), usize>,
    /// How often the exporters have tried to export a batch.
    pub attempts: usize,
}

impl Account {
    /// After so many spans were produced; without a collector nothing has arrived. `metrics` are read when the handle was
    /// shut down.
    pub fn new(produced: usize, collector: Option<&OtlpReceiver>, metrics: &str) -> Account {
        let (arrived, repeated) = different(&collector.map(OtlpReceiver::spans).unwrap_or_default());
        let samples =
            |of: &'static str| metrics.lines().filter_map(sample).filter(move |(name, ..)| *name == of);
        let dropped = samples("spanweave_spans_dropped_total").filter(|(.., spans)| *spans > 0);
        let dropped = dropped.filter_map(|(_, labels, spans)| {
            let [reason, exporter] = ["reason", "exporter"].map(|name| label(labels, name));
            Some(((reason?.to_owned(), exporter?.to_owned()), spans))
        });
        let exported = samples("spanweave_spans_exported_total");
        let exported =
            exported.filter_map(|(_, labels, spans)| Some((label(labels, "exporter")?.to_owned(), spans)));
        Account {
            produced,
            arrived,
            repeated,
            exported: exported.collect(),
            dropped: dropped.collect(),
            attempts: samples("spanweave_export_attempts_total").map(|(.., attempts)| attempts).sum(),
        }
    }

    /// The account of one exporter among several, by the spans that it has.
    #[must_use]
    pub fn of_exporter(&self, exporter: &str, has: &[SpanData]) -> Account {
        let (arrived, repeated) = different(has);
        let mut own = Account { arrived, repeated, ..self.clone() };
        own.exported.retain(|of, _| of == exporter);
        own.dropped.retain(|(_, of), _| of == exporter || of == "all");
        own
    }

    /// Taken by all exporters together.
    pub fn exported(&self) -> usize {
        self.exported.values().sum()
    }

    /// Lost for any of these reasons.
    pub fn lost_as(&self, reasons: &[&str]) -> usize {
        let of_reasons = self.dropped.iter().filter(|((reason, _), _)| reasons.contains(&reason.as_str()));
        of_reasons.map(|(_, spans)| spans).sum()
    }

    /// Lost on the way to an exporter; `all` for what was lost before any had it.
    pub fn lost_for(&self, exporter: &str) -> usize {
        let for_exporter = self.dropped.iter().filter(|((_, of), _)| of == exporter);
        for_exporter.map(|(_, spans)| spans).sum()
    }

    /// Lost for any reason.
    pub fn lost(&self) -> usize {
        self.dropped.values().sum()
    }

    /// Asserts, where there is one exporter, that nothing is missing and nothing is there twice. What has arrived is what was acknowledged; only of what
    /// was `unanswered` nobody can tell, because the answer may have been on its way.
    ///
    /// # Panics
    /// When the sum does not hold.
    #[track_caller]
    pub fn assert_balanced(&self) {
        let exported = self.exported();
        assert_eq!(exported + self.lost(), self.produced, "{self}");
        let most = exported + self.lost_as(&["unanswered"]);
        assert!((exported..=most).contains(&self.arrived), "{self}");
        assert_eq!(self.repeated, 0, "{self}");
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Account { produced, arrived, dropped, .. } = self;
        write!(f, "produced {produced}, arrived {arrived}, lost {}", self.lost())?;
        let reasons: Vec<String> =
            dropped.iter().map(|((reason, _), spans)| format!("{reason} {spans}")).collect();
        if reasons.is_empty() { Ok(()) } else { write!(f, " ({})", reasons.join(", ")) }
    }
}

/// How many different spans there are, and how many that are there once more.
fn different(spans: &[SpanData]) -> (usize, usize) {
    let different: HashSet<_> = spans.iter().map(|span| span.span_context.span_id()).collect();
    (different.len(), spans.len() - different.len())
}

/// A line's name, labels and value.
fn sample(line: &str) -> Option<(&str, &str, usize)> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    Some((name, labels.trim_end_matches('}'), value.parse().ok()?))
}

fn label<'l>(labels: &'l str, name: &str) -> Option<&'l str> {
    labels.split(',').find_map(|label| label.strip_prefix(name)?.strip_prefix("=\"")?.strip_suffix('"'))
}
