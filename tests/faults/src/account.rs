//! What became of spans: those that a collector has, and those that are counted as lost.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use spanweave::testing::OtlpReceiver;

/// The sum that always holds: what the collector has acknowledged and what is counted as lost is what was produced.
#[derive(Clone, Debug)]
pub struct Account {
    /// Spans that have ended.
    pub produced: usize,
    /// Different spans that the collector has accepted.
    pub arrived: usize,
    /// What the metrics count as exported.
    pub exported: usize,
    /// What the metrics count as dropped, by reason.
    pub dropped: BTreeMap<String, usize>,
}

impl Account {
    /// After so many spans were produced; without a collector nothing has arrived. `metrics` are read when the handle was
    /// shut down.
    pub fn new(produced: usize, collector: Option<&OtlpReceiver>, metrics: &str) -> Account {
        let accepted = collector.map(OtlpReceiver::spans).unwrap_or_default();
        let different: HashSet<_> = accepted.iter().map(|span| span.span_context.span_id()).collect();
        let samples = || metrics.lines().filter_map(sample);
        let dropped = samples()
            .filter(|(name, ..)| *name == "spanweave_spans_dropped_total")
            .filter_map(|(_, labels, value)| Some((label(labels, "reason")?.to_owned(), value)));
        let exported = samples().filter(|(name, ..)| *name == "spanweave_spans_exported_total");
        Account {
            produced,
            arrived: different.len(),
            exported: exported.map(|(.., value)| value).sum(),
            dropped: dropped.filter(|(_, spans)| *spans > 0).fold(
                BTreeMap::new(),
                |mut all, (reason, spans)| {
                    *all.entry(reason).or_default() += spans;
                    all
                },
            ),
        }
    }

    /// Lost for any of these reasons.
    pub fn lost_as(&self, reasons: &[&str]) -> usize {
        reasons.iter().filter_map(|reason| self.dropped.get(*reason)).sum()
    }

    /// Lost for any reason.
    pub fn lost(&self) -> usize {
        self.dropped.values().sum()
    }

    /// Asserts that nothing is missing, and nothing is there twice. What has arrived is what was acknowledged; only of what
    /// was `unanswered` nobody can tell, because the answer may have been on its way.
    ///
    /// # Panics
    /// When the sum does not hold.
    #[track_caller]
    pub fn assert_balanced(&self) {
        assert_eq!(self.exported + self.lost(), self.produced, "{self}");
        let most = self.exported + self.lost_as(&["unanswered"]);
        assert!((self.exported..=most).contains(&self.arrived), "{self}");
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Account { produced, arrived, dropped, .. } = self;
        write!(f, "produced {produced}, arrived {arrived}, lost {}", self.lost())?;
        let reasons: Vec<String> =
            dropped.iter().map(|(reason, spans)| format!("{reason} {spans}")).collect();
        if reasons.is_empty() { Ok(()) } else { write!(f, " ({})", reasons.join(", ")) }
    }
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
