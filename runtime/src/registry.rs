//! Every series of the process, by number: the tables and routes that were called at least once, and the methods, which
//! the first scrape numbers whether they were called or not.
//!
//! A series is the same under all telemetry handles; its cells are each handle's own.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use parking_lot::Mutex;

use crate::family::{Family, MAX_OWN};

/// The most series of one process. What comes after is counted under its family's `other` series.
pub(crate) const MAX_SERIES: usize = 16_384;

/// One label set of a family; the values stand in the order of the family's label names.
pub(crate) struct Series {
    pub(crate) family: &'static Family,
    pub(crate) labels: Box<[String]>,
}

/// The number of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SeriesId(u32);

impl SeriesId {
    #[inline]
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    #[cfg(test)]
    pub(crate) const fn for_test(index: u32) -> SeriesId {
        SeriesId(index)
    }
}

static REGISTRY: LazyLock<Mutex<Registry>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Registry {
    /// How many series there are.
    series: usize,
    /// How many of them are of the user's own metrics.
    of_own: usize,
    /// By their names.
    families: BTreeMap<&'static str, OfFamily>,
}

/// The series of a family. They live as long as the process, as their numbers do: a scrape takes none of them along, and
/// looks at no other family's.
struct OfFamily {
    family: &'static Family,
    series: Vec<(SeriesId, &'static Series)>,
    by_labels: HashMap<&'static [String], SeriesId>,
}

/// How many label sets a metric has.
pub(crate) struct Cardinality {
    pub(crate) family: &'static Family,
    pub(crate) series: usize,
}

/// The number of a series: the same labels always have the same one.
#[cold]
pub(crate) fn register(series: Series) -> SeriesId {
    REGISTRY.lock().number(series)
}

/// The cardinality of every metric that has series, by their names.
pub(crate) fn cardinalities() -> Vec<Cardinality> {
    let registry = REGISTRY.lock();
    let families = registry.families.values();
    families.map(|of| Cardinality { family: of.family, series: of.series.len() }).collect()
}

/// A family's series so far, with their numbers.
pub(crate) fn of_family(family: &Family) -> Vec<(SeriesId, &'static Series)> {
    let registry = REGISTRY.lock();
    registry.families.get(family.name).map_or_else(Vec::new, |of| of.series.clone())
}

impl SeriesId {
    fn at(index: usize) -> SeriesId {
        SeriesId(u32::try_from(index).expect("there are at most MAX_SERIES series"))
    }
}

impl OfFamily {
    fn new(family: &'static Family) -> OfFamily {
        OfFamily { family, series: Vec::new(), by_labels: HashMap::new() }
    }

    fn add(&mut self, id: SeriesId, series: Series) {
        let series: &'static Series = Box::leak(Box::new(series));
        self.series.push((id, series));
        self.by_labels.insert(&series.labels, id);
    }
}

impl Registry {
    /// Room for the `other` series of every family.
    const RESERVED: usize = MAX_OWN + 16;
    /// The most series of the user's own metrics, so that they leave room for methods, tables and routes.
    const MAX_OF_OWN: usize = MAX_SERIES / 4;

    fn number(&mut self, series: Series) -> SeriesId {
        let family = series.family;
        let of_family = self.families.entry(family.name).or_insert_with(|| OfFamily::new(family));
        if let Some(known) = of_family.by_labels.get(&*series.labels) {
            return *known;
        }
        let is_full = self.series >= MAX_SERIES - Self::RESERVED
            || of_family.series.len() >= family.max_series
            || (family.is_own && self.of_own >= Self::MAX_OF_OWN);
        if is_full && series.labels.iter().any(|label| label != OTHER) {
            family.count_overflow();
            let labels = series.labels.iter().map(|_| OTHER.to_owned()).collect();
            return self.number(Series { family, labels });
        }
        let id = SeriesId::at(self.series);
        self.series += 1;
        self.of_own += usize::from(family.is_own);
        of_family.add(id, series);
        id
    }
}

/// The label value of what is beyond a bound.
pub(crate) const OTHER: &str = "other";

#[cfg(test)]
mod tests {
    use super::{Family, MAX_OWN, MAX_SERIES, Registry, Series, SeriesId};
    use crate::buckets::Buckets;
    use crate::family::Overflows;

    static FAMILY: Family = Family {
        name: "test",
        help: "A test.",
        label_names: &["a"],
        buckets: Buckets::new(&[1.0]),
        outcomes: None,
        is_own: false,
        max_series: MAX_SERIES,
        overflows: Overflows::none(),
    };

    fn labels(registry: &Registry, id: SeriesId) -> &'static [String] {
        let mut all = registry.families.values().flat_map(|of| &of.series);
        all.find_map(|(of, series)| (*of == id).then_some(&*series.labels)).unwrap()
    }

    fn series(label: usize) -> Series {
        Series { family: &FAMILY, labels: Box::new([label.to_string()]) }
    }

    #[test]
    fn the_same_labels_have_the_same_number() {
        let mut registry = Registry::default();
        let first = registry.number(series(1));
        assert_ne!(registry.number(series(2)), first);
        assert_eq!(registry.number(series(1)), first);
    }

    #[test]
    fn every_family_has_room_for_its_other_series() {
        let mut registry = Registry::default();
        for label in 0..MAX_SERIES {
            registry.number(series(label));
        }
        for _ in 0..MAX_OWN + 3 {
            let family = Box::leak(Box::new(own()));
            let id = registry.number(Series { family, labels: Box::new(["a".to_owned()]) });
            assert!(id.index() < MAX_SERIES);
        }
    }

    #[test]
    fn the_users_own_leave_room_for_others() {
        let mut registry = Registry::default();
        let family = Box::leak(Box::new(own()));
        for label in 0..MAX_SERIES {
            registry.number(Series { family, labels: Box::new([label.to_string()]) });
        }
        let id = registry.number(series(1));
        assert_eq!(labels(&registry, id), ["1"]);
    }

    fn own() -> Family {
        // Families are told apart by their names.
        let name = format!("own_{:p}", Box::leak(Box::new(0_u8)));
        Family {
            name: name.leak(),
            help: "A test.",
            label_names: &["a"],
            buckets: Buckets::new(&[1.0]),
            outcomes: None,
            is_own: true,
            max_series: MAX_SERIES,
            overflows: Overflows::none(),
        }
    }

    #[test]
    fn a_metric_has_a_bound_of_its_own() {
        let family = Box::leak(Box::new(Family { max_series: 2, ..own() }));
        let mut registry = Registry::default();
        let of = |label: &str| Series { family, labels: Box::new([label.to_owned()]) };
        let ids = ["a", "b", "c", "d", "a"].map(|label| registry.number(of(label)));
        assert_eq!((ids[2], ids[0]), (ids[3], ids[4]));
        assert_eq!(labels(&registry, ids[2]), ["other"]);
        assert_eq!((registry.families[family.name].series.len(), family.overflows()), (3, 2));
        // Others have room.
        let id = registry.number(series(1));
        assert_eq!(labels(&registry, id), ["1"]);
    }

    #[test]
    fn past_the_bound_everything_is_other() {
        let mut registry = Registry::default();
        let ids: Vec<_> = (0..MAX_SERIES + 10).map(|label| registry.number(series(label))).collect();
        assert_eq!(ids[MAX_SERIES], ids[MAX_SERIES + 9]);
        assert_eq!(labels(&registry, ids[MAX_SERIES]), ["other"]);
        assert!(registry.series < MAX_SERIES);
    }
}
