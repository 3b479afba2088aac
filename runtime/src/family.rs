//! The metrics of durations, spanweave's own and those that users name, and the counters that users name.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parking_lot::Mutex;

use crate::buckets::Buckets;
use crate::names;

/// The most series of one metric, unless its labels come from the source of the program alone.
pub(crate) const MAX_SERIES_OF_ONE: usize = 2_000;

/// A histogram and, where the family has them, the counters of its outcomes; or a counter, which has no buckets.
pub(crate) struct Family {
    /// A histogram's without the unit: `_seconds` is added where it is shown. A counter's with its `_total`.
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) label_names: &'static [&'static str],
    pub(crate) buckets: Buckets,
    pub(crate) outcomes: Option<Outcomes>,
    /// Whether it is the user's own.
    pub(crate) is_own: bool,
    /// What comes after so many is counted under its `other` series.
    pub(crate) max_series: usize,
    pub(crate) overflows: Overflows,
}

/// How often a label set became `other`. A call may count one, so there is no lock.
pub(crate) struct Overflows(AtomicU64);

impl Overflows {
    pub(crate) const fn none() -> Overflows {
        Overflows(AtomicU64::new(0))
    }
}

/// The most metrics of the user's own.
pub(crate) const MAX_OWN: usize = 256;
/// What [`names`](crate::names) ends the name of a histogram with.
const SECONDS: &str = "_seconds";
/// What the name of a counter ends in.
const TOTAL: &str = "_total";
/// The label of a user's own metric that spanweave adds.
const RESULT: &str = "result";

static OWN: LazyLock<Mutex<Own>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Own {
    families: Vec<&'static Family>,
    /// Names that were asked for in vain, each of which is said once.
    refused: Vec<&'static str>,
}

impl Family {
    /// The user's own histogram of this name, made at its first use. `None` if the name is another metric's, or there are
    /// too many; the log then says so.
    #[cold]
    pub(crate) fn own(name: &'static str, labels: &'static [&'static str]) -> Option<&'static Family> {
        Family::own_of(Kind::Histogram, name.strip_suffix(SECONDS).unwrap_or(name), labels)
    }

    /// The user's own counter of this name, as [`own`](Family::own).
    #[cold]
    pub(crate) fn own_counter(
        name: &'static str,
        labels: &'static [&'static str],
    ) -> Option<&'static Family> {
        Family::own_of(Kind::Counter, name, labels)
    }

    fn own_of(kind: Kind, name: &'static str, labels: &'static [&'static str]) -> Option<&'static Family> {
        let mut own = OWN.lock();
        let on_page = kind.on_page(name);
        let known = names::FAMILIES
            .iter()
            .chain(own.families.iter())
            .find(|family| family.name == name || family.kind().on_page(family.name) == on_page);
        let reason = match known {
            Some(known)
                if known.kind() == kind && known.label_names.strip_suffix(&[RESULT]) == Some(labels) =>
            {
                return Some(known);
            }
            Some(_) => "there is a metric of this name with other labels, or of another kind",
            None if names::is_taken(&on_page) => "the name is one of spanweave's own",
            None if own.families.len() < MAX_OWN => {
                let family = Box::leak(Box::new(kind.own(name, labels)));
                own.families.push(family);
                return Some(family);
            }
            None => "there are 256 metrics of your own",
        };
        let is_new = !own.refused.contains(&name) && own.refused.len() < MAX_OWN;
        if is_new {
            own.refused.push(name);
        }
        // Whoever listens may call what is measured.
        drop(own);
        if is_new {
            tracing::error!(metric = name, labels = ?labels, "the metric is not measured: {reason}");
        }
        None
    }

    /// Counts a label set that is `other` by a bound.
    pub(crate) fn count_overflow(&self) {
        self.overflows.0.fetch_add(1, Relaxed);
    }

    /// How often a label set was one too many.
    pub(crate) fn overflows(&self) -> u64 {
        self.overflows.0.load(Relaxed)
    }

    /// What its series are shown as.
    pub(crate) fn kind(&self) -> Kind {
        if self.buckets.is_empty() { Kind::Counter } else { Kind::Histogram }
    }

    /// The whole name.
    pub(crate) fn shown_name(&self) -> String {
        match self.kind() {
            Kind::Histogram => format!("{}{SECONDS}", self.name),
            Kind::Counter => self.name.to_owned(),
        }
    }

    /// Every family, in the order of `/metrics`.
    pub(crate) fn all() -> Vec<&'static Family> {
        let mut own = OWN.lock().families.clone();
        own.sort_by_key(|family| family.name);
        names::FAMILIES.iter().copied().chain(own).collect()
    }
}

/// What the series of a family are shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Histogram,
    Counter,
}

impl Kind {
    /// What a page calls the family of this name; two families may not share it.
    fn on_page(self, name: &str) -> String {
        match self {
            Kind::Histogram => format!("{name}{SECONDS}"),
            Kind::Counter => stem(name).to_owned(),
        }
    }

    fn own(self, name: &'static str, labels: &[&'static str]) -> Family {
        let (help, buckets) = match self {
            Kind::Histogram => ("Time from a call's first poll to its end, by result.", names::own_buckets()),
            Kind::Counter => ("Sum of what calls have added at their end, by result.", Buckets::none()),
        };
        let label_names: Vec<_> = labels.iter().copied().chain([RESULT]).collect();
        Family {
            name,
            help,
            label_names: label_names.leak(),
            buckets,
            outcomes: None,
            is_own: true,
            max_series: MAX_SERIES_OF_ONE,
            overflows: Overflows::none(),
        }
    }
}

/// The name of a counter without its end, which is added where it is shown.
pub(crate) fn stem(name: &str) -> &str {
    name.strip_suffix(TOTAL).unwrap_or(name)
}

/// The counters beside a histogram, named without `_total`.
pub(crate) struct Outcomes {
    /// Calls by outcome.
    pub(crate) calls: &'static str,
    /// Calls that ended in an error, by class.
    pub(crate) errors: &'static str,
    /// Calls outside any trace.
    pub(crate) untraced: &'static str,
}
