//! Counters of what is found at run time and should be rare: a lock is taken for each. They have no bound of their own, as what
//! they count lives as long as the process, and is bounded where it is made.

use std::collections::HashMap;

use parking_lot::Mutex;

/// A counter with labels, named without `_total`.
pub(crate) struct CounterFamily {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) label_names: &'static [&'static str],
}

/// What is counted apart: a thing that lives as long as the process, and tells its labels.
pub(crate) trait Counted {
    /// In the order of the family's label names.
    fn labels(&'static self) -> Vec<String>;
}

/// A telemetry handle's counters.
#[derive(Default)]
pub(crate) struct Counters(Mutex<HashMap<(&'static str, usize), Count>>);

struct Count {
    labels: Vec<String>,
    times: u64,
}

impl Counters {
    /// Adds one for `counted`.
    #[cold]
    pub(crate) fn add<C: Counted>(&self, family: &'static CounterFamily, counted: &'static C) {
        let key = (family.name, std::ptr::from_ref(counted).addr());
        let mut counts = self.0.lock();
        counts.entry(key).or_insert_with(|| Count { labels: counted.labels(), times: 0 }).times += 1;
    }

    /// A family's counts, sorted by their labels. What differs but has the same labels is one.
    pub(crate) fn of(&self, family: &CounterFamily) -> Vec<(Vec<String>, u64)> {
        let counts = self.0.lock();
        let mut of_family: Vec<(Vec<String>, u64)> = counts
            .iter()
            .filter(|((name, _), _)| *name == family.name)
            .map(|(_, count)| (count.labels.clone(), count.times))
            .collect();
        drop(counts);
        of_family.sort();
        of_family.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        of_family
    }
}

#[cfg(test)]
mod tests {
    use super::{Counted, CounterFamily, Counters};

    struct Thing(&'static str);

    impl Counted for Thing {
        fn labels(&'static self) -> Vec<String> {
            vec![self.0.to_owned()]
        }
    }

    static FAMILY: CounterFamily = CounterFamily { name: "things", help: "Things.", label_names: &["name"] };

    #[test]
    fn what_has_the_same_labels_is_counted_together() {
        static THINGS: [Thing; 3] = [Thing("b"), Thing("a"), Thing("b")];
        let counters = Counters::default();
        for thing in [0, 0, 1, 2].map(|at: usize| &THINGS[at]) {
            counters.add(&FAMILY, thing);
        }
        assert_eq!(counters.of(&FAMILY), [(vec!["a".to_owned()], 1), (vec!["b".to_owned()], 3)]);
    }
}
