//! The series that a page shows, with their numbers at one moment.

use std::collections::HashSet;

use crate::core::Core;
use crate::family::Family;
use crate::listed;
use crate::names::METHODS;
use crate::registry::{self, Series, SeriesId};
use crate::snapshot::Snapshot;

/// A handle's series as they are read once.
pub(super) struct Scrape {
    pub(super) core: &'static Core,
    /// The families that have series, in the order of the page.
    pub(super) families: Vec<(&'static Family, Vec<Measured>)>,
}

/// A series of one family.
pub(super) struct Measured {
    pub(super) id: SeriesId,
    pub(super) series: &'static Series,
    pub(super) snapshot: Snapshot,
}

impl Scrape {
    /// The series that have calls.
    pub(super) fn of_called(core: &'static Core) -> Scrape {
        Scrape::new(core, &HashSet::new())
    }

    /// Those of all annotated methods as well, so that a rate sees the first call, too.
    pub(super) fn of_all(core: &'static Core) -> Scrape {
        Scrape::new(core, &listed::series().collect())
    }

    fn new(core: &'static Core, listed: &HashSet<SeriesId>) -> Scrape {
        let families = Family::all().into_iter().map(|family| (family, measured(core, family, listed)));
        Scrape { core, families: families.filter(|(_, measured)| !measured.is_empty()).collect() }
    }
}

/// The series of one family that have calls or are listed, sorted by their labels.
pub(super) fn measured(core: &Core, family: &'static Family, listed: &HashSet<SeriesId>) -> Vec<Measured> {
    let mut measured: Vec<_> = registry::of_family(family)
        .into_iter()
        .map(|(id, series)| Measured { id, series, snapshot: core.histograms.snapshot(id) })
        .filter(|measured| measured.snapshot.count() > 0 || listed.contains(&measured.id))
        .collect();
    measured.sort_by(|a, b| a.series.labels.cmp(&b.series.labels));
    measured
}

/// The methods that have calls.
pub(super) fn methods(core: &Core) -> Vec<Measured> {
    measured(core, &METHODS, &HashSet::new())
}
