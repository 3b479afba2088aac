//! The metrics of durations: spanweave's own, and those that users name.

use std::sync::LazyLock;

use parking_lot::Mutex;

use crate::histogram::Buckets;
use crate::names;

/// The most series of one metric, unless its labels come from the source of the program alone.
pub(crate) const MAX_SERIES_OF_ONE: usize = 2_000;

/// A histogram and, where the family has them, the counters of its outcomes.
pub(crate) struct Family {
    /// Without the unit: `_seconds` is added where it is shown.
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) label_names: &'static [&'static str],
    pub(crate) buckets: Buckets,
    pub(crate) outcomes: Option<Outcomes>,
    /// Whether it is the user's own.
    pub(crate) is_own: bool,
    /// What comes after so many is counted under its `other` series.
    pub(crate) max_series: usize,
}

/// The most histograms of the user's own.
pub(crate) const MAX_OWN: usize = 256;
/// What [`names`](crate::names) ends the name of a histogram with.
const SECONDS: &str = "_seconds";
/// The label of a user's own histogram that spanweave adds.
const RESULT: &str = "result";

static OWN: LazyLock<Mutex<Own>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Own {
    families: Vec<&'static Family>,
    /// Names that were asked for in vain, each of which is said once.
    refused: Vec<&'static str>,
}

impl Family {
    /// The user's own histogram of this name, made at its first use. `None` if one of the name has other labels, or there
    /// are too many; the log then says so.
    #[cold]
    pub(crate) fn own(name: &'static str, labels: &'static [&'static str]) -> Option<&'static Family> {
        let name = name.strip_suffix(SECONDS).unwrap_or(name);
        let label_names: Vec<_> = labels.iter().copied().chain([RESULT]).collect();
        let mut own = OWN.lock();
        let known = names::FAMILIES.iter().chain(own.families.iter()).find(|family| family.name == name);
        let reason = match known {
            Some(known) if known.label_names == label_names => return Some(known),
            Some(_) => "there is a metric of this name with other labels",
            None if own.families.len() < MAX_OWN => {
                let family = Box::leak(Box::new(Family {
                    name,
                    help: "Time from a call's first poll to its end, by result.",
                    label_names: label_names.leak(),
                    buckets: names::own_buckets(),
                    outcomes: None,
                    is_own: true,
                    max_series: MAX_SERIES_OF_ONE,
                }));
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

    /// Every family, in the order of `/metrics`.
    pub(crate) fn all() -> Vec<&'static Family> {
        let mut own = OWN.lock().families.clone();
        own.sort_by_key(|family| family.name);
        names::FAMILIES.iter().copied().chain(own).collect()
    }
}

/// The counters beside a histogram, named without `_total`.
pub(crate) struct Outcomes {
    /// Calls by outcome.
    pub(crate) calls: &'static str,
    /// Calls that ended in an error, by class.
    pub(crate) errors: &'static str,
}
