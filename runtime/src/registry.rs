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
#[derive(Clone)]
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
    series: Vec<Series>,
    /// How many of them are of the user's own metrics.
    of_own: usize,
    by_labels: HashMap<(&'static str, Box<[String]>), SeriesId>,
    cardinalities: Cardinalities,
}

/// By the name of the family.
type Cardinalities = BTreeMap<&'static str, Cardinality>;

/// How many label sets a metric has.
#[derive(Clone, Copy)]
pub(crate) struct Cardinality {
    pub(crate) family: &'static Family,
    pub(crate) series: usize,
    /// How often a label set became `other`.
    pub(crate) overflows: u64,
}

impl Cardinality {
    fn of<'c>(family: &'static Family, cardinalities: &'c mut Cardinalities) -> &'c mut Cardinality {
        cardinalities.entry(family.name).or_insert(Cardinality { family, series: 0, overflows: 0 })
    }
}

/// The number of a series: the same labels always have the same one.
#[cold]
pub(crate) fn register(series: Series) -> SeriesId {
    let mut registry = REGISTRY.lock();
    registry.number(series)
}

/// Counts a label set that is `other` by a bound of its caller's.
#[cold]
pub(crate) fn overflow(family: &'static Family) {
    Cardinality::of(family, &mut REGISTRY.lock().cardinalities).overflows += 1;
}

/// The cardinality of every metric that has series.
pub(crate) fn cardinalities() -> Cardinalities {
    REGISTRY.lock().cardinalities.clone()
}

/// A family's series so far, with their numbers.
pub(crate) fn of_family(family: &'static Family) -> Vec<(SeriesId, Series)> {
    let registry = REGISTRY.lock();
    let series = registry.series.iter().enumerate();
    let of_family = series.filter(|(_, series)| std::ptr::eq(series.family, family));
    of_family.map(|(index, series)| (SeriesId::at(index), series.clone())).collect()
}

impl SeriesId {
    fn at(index: usize) -> SeriesId {
        SeriesId(u32::try_from(index).expect("there are at most MAX_SERIES series"))
    }
}

impl Registry {
    /// Room for the `other` series of every family.
    const RESERVED: usize = MAX_OWN + 16;
    /// The most series of the user's own metrics, so that they leave room for methods, tables and routes.
    const MAX_OF_OWN: usize = MAX_SERIES / 4;

    fn number(&mut self, series: Series) -> SeriesId {
        let key = (series.family.name, series.labels.clone());
        if let Some(known) = self.by_labels.get(&key) {
            return *known;
        }
        let cardinality = Cardinality::of(series.family, &mut self.cardinalities);
        let is_full = self.series.len() >= MAX_SERIES - Self::RESERVED
            || cardinality.series >= series.family.max_series
            || (series.family.is_own && self.of_own >= Self::MAX_OF_OWN);
        if is_full && series.labels.iter().any(|label| label != OTHER) {
            cardinality.overflows += 1;
            let labels = series.labels.iter().map(|_| OTHER.to_owned()).collect();
            return self.number(Series { family: series.family, labels });
        }
        cardinality.series += 1;
        let id = SeriesId::at(self.series.len());
        self.of_own += usize::from(series.family.is_own);
        self.series.push(series);
        self.by_labels.insert(key, id);
        id
    }
}

/// The label value of what is beyond a bound.
pub(crate) const OTHER: &str = "other";

#[cfg(test)]
mod tests {
    use super::{Family, MAX_OWN, MAX_SERIES, Registry, Series};
    use crate::buckets::Buckets;

    static FAMILY: Family = Family {
        name: "test",
        help: "A test.",
        label_names: &["a"],
        buckets: Buckets::new(&[1.0]),
        outcomes: None,
        is_own: false,
        max_series: MAX_SERIES,
    };

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
        assert_eq!(&*registry.series[id.index()].labels, ["1"]);
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
        }
    }

    #[test]
    fn a_metric_has_a_bound_of_its_own() {
        let family = Box::leak(Box::new(Family { max_series: 2, ..own() }));
        let mut registry = Registry::default();
        let of = |label: &str| Series { family, labels: Box::new([label.to_owned()]) };
        let ids = ["a", "b", "c", "d", "a"].map(|label| registry.number(of(label)));
        assert_eq!((ids[2], ids[0]), (ids[3], ids[4]));
        assert_eq!(&*registry.series[ids[2].index()].labels, ["other"]);
        let cardinality = registry.cardinalities[family.name];
        assert_eq!((cardinality.series, cardinality.overflows), (3, 2));
        // Others have room.
        let id = registry.number(series(1));
        assert_eq!(&*registry.series[id.index()].labels, ["1"]);
    }

    #[test]
    fn past_the_bound_everything_is_other() {
        let mut registry = Registry::default();
        let ids: Vec<_> = (0..MAX_SERIES + 10).map(|label| registry.number(series(label))).collect();
        assert_eq!(ids[MAX_SERIES], ids[MAX_SERIES + 9]);
        assert_eq!(&*registry.series[ids[MAX_SERIES].index()].labels, ["other"]);
        assert!(registry.series.len() < MAX_SERIES);
    }
}
