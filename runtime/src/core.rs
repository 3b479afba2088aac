//! What a telemetry handle owns. Cores are never freed, so that a context, which is only a number, can find its own
//! at any time; a process makes one, a test process some hundreds.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{LazyLock, OnceLock};

use opentelemetry_sdk::Resource;
use parking_lot::Mutex;

use crate::buckets::Bounds;
use crate::collect::Collector;
use crate::counters::Counters;
use crate::decisions::Decisions;
use crate::exemplars::Exemplars;
use crate::family::Family;
use crate::histogram::{Cell, Histograms};
use crate::key::{Recording, TraceKey};
#[cfg(feature = "logs")]
use crate::logs::Outlets;
use crate::outcome::Outcome;
use crate::registry::{self, Series, SeriesId};
use crate::site::Site;
#[cfg(feature = "_sqlx")]
use crate::sql::Pools;
use crate::sql::SqlRules;
use crate::telemetry::{Keeping, Lane, Propagators, Sampling, Sources, SpanLimits};
use crate::thread::Thread;

/// The telemetry behind a handle, as contexts and calls use it.
pub(crate) struct Core {
    pub(crate) handle: u16,
    pub(crate) rules: Rules,
    pub(crate) collector: Collector,
    /// Each exporter's way out, from the moment the handle is built.
    pub(crate) lanes: OnceLock<Box<[Lane]>>,
    pub(crate) histograms: Histograms,
    pub(crate) counters: Counters,
    pub(crate) decisions: Decisions,
    #[cfg(feature = "logs")]
    pub(crate) logs: Outlets,
    /// When the handle was made.
    #[cfg(feature = "axum")]
    pub(crate) started: std::time::Instant,
    #[cfg(feature = "axum")]
    pub(crate) requests: crate::http::ActiveRequests,
    pub(crate) exemplars: Exemplars,
    pub(crate) sources: Sources,
    /// The metrics that came to their bound, as far as that is said.
    pub(crate) overflows_said: Mutex<HashSet<&'static str>>,
    #[cfg(feature = "_sqlx")]
    pub(crate) pools: Pools,
}

/// What a handle was told to do, and a core does its work by.
pub(crate) struct Rules {
    pub(crate) sampler: Sampling,
    pub(crate) keeping: Keeping,
    pub(crate) limits: SpanLimits,
    pub(crate) propagators: Propagators,
    pub(crate) sql: SqlRules,
    pub(crate) resource: Resource,
    /// Whether spans have anywhere to go. Without an exporter no trace is recorded.
    pub(crate) exports: bool,
}

#[cfg(test)]
impl Default for Rules {
    /// Every trace is exported, and nothing else is kept.
    fn default() -> Rules {
        Rules {
            sampler: Sampling::new(crate::telemetry::Sampler::always_on()),
            keeping: Keeping::new(crate::telemetry::Keep::nothing()),
            limits: SpanLimits::default(),
            propagators: Propagators::default(),
            sql: SqlRules::new(crate::sql::SqlOptions::default()),
            resource: Resource::builder_empty().build(),
            exports: true,
        }
    }
}

/// Where the duration of a span is added to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Metric {
    series: SeriesId,
    bounds: &'static Bounds,
}

impl Metric {
    /// The series of a family with these labels.
    pub(crate) fn of(family: &'static Family, labels: Box<[String]>) -> Metric {
        Metric { series: registry::register(Series { family, labels }), bounds: family.buckets.bounds() }
    }

    pub(crate) fn series(self) -> SeriesId {
        self.series
    }

    /// The index of the bucket that a duration falls into.
    pub(crate) fn bucket(self, ticks: u64) -> usize {
        self.bounds.index(ticks)
    }
}

/// Made at the first use: as a plain array it would be a part of every program's file.
static CORES: LazyLock<Box<[OnceLock<&'static Core>]>> =
    LazyLock::new(|| (0..TraceKey::HANDLES).map(|_| OnceLock::new()).collect());
static NEXT: AtomicU16 = AtomicU16::new(1);
/// The handle that catches calls without a context; 0 for none.
static INSTALLED: AtomicU16 = AtomicU16::new(0);

impl Core {
    /// Makes a core; `None` when the process has made [`TraceKey::HANDLES`] of them.
    pub(crate) fn new(rules: Rules) -> Option<&'static Core> {
        let one_more = |handle: u16| (usize::from(handle) < TraceKey::HANDLES).then(|| handle + 1);
        let handle = NEXT.try_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()?;
        let core = Box::leak(Box::new(Core {
            handle,
            rules,
            collector: Collector::new(),
            lanes: OnceLock::new(),
            histograms: Histograms::new(),
            counters: Counters::default(),
            decisions: Decisions::new(),
            #[cfg(feature = "logs")]
            logs: Outlets::default(),
            #[cfg(feature = "axum")]
            started: std::time::Instant::now(),
            #[cfg(feature = "axum")]
            requests: crate::http::ActiveRequests::new(),
            exemplars: Exemplars::default(),
            sources: Sources::default(),
            overflows_said: Mutex::default(),
            #[cfg(feature = "_sqlx")]
            pools: Pools::new(),
        }));
        Some(CORES[usize::from(handle)].get_or_init(|| core))
    }

    /// The lanes of the exporters; none without an exporter.
    pub(crate) fn lanes(&self) -> &[Lane] {
        self.lanes.get().map_or(&[], |lanes| lanes)
    }

    /// What becomes of the spans of a new trace.
    #[inline]
    pub(crate) fn recording(
        &self,
        root: &'static Site,
        trace_id: u128,
        parent_sampled: Option<bool>,
    ) -> Recording {
        if !self.rules.exports {
            Recording::Off
        } else if self.rules.sampler.samples(root, trace_id, parent_sampled) {
            Recording::Sampled
        } else if self.rules.keeping.keeps_any {
            Recording::Buffered
        } else {
            Recording::Off
        }
    }

    /// The core that a context belongs to; the installed one for a context that belongs to none.
    #[inline]
    pub(crate) fn of(key: TraceKey) -> Option<&'static Core> {
        CORES[usize::from(handle_of(key))].get().copied()
    }

    /// Makes this the core of calls without a context.
    pub(crate) fn install(&self) {
        INSTALLED.store(self.handle, Ordering::Release);
    }

    /// Undoes [`install`](Core::install), if this is the installed one.
    pub(crate) fn uninstall(&self) {
        let _another_is_installed =
            INSTALLED.compare_exchange(self.handle, 0, Ordering::AcqRel, Ordering::Relaxed);
    }
}

/// Adds a call to its histogram and to the counter of its outcome, under the handle that its context belongs to.
pub(crate) fn measure(key: TraceKey, Metric { series, bounds }: Metric, ticks: u64, outcome: Outcome) {
    let handle = handle_of(key);
    let Some(core) = CORES[usize::from(handle)].get() else { return say_that_none_is_installed() };
    core.histograms.record(handle, series, bounds, ticks, outcome);
    if key.handle() == 0 {
        core.histograms.count_untraced(series);
    }
}

/// Says so once, where there is a handle that could be.
#[cold]
fn say_that_none_is_installed() {
    static IS_SAID: AtomicBool = AtomicBool::new(false);
    let has_handles = NEXT.load(Ordering::Relaxed) > 1;
    if has_handles && !IS_SAID.swap(true, Ordering::Relaxed) {
        tracing::warn!("calls outside any trace are not measured, because no handle is installed");
    }
}

/// Adds an amount to a counter, under the handle that the context belongs to.
pub(crate) fn add(key: TraceKey, counter: SeriesId, amount: u64) {
    if let Some(core) = CORES[usize::from(handle_of(key))].get() {
        core.histograms.add(counter, amount);
    }
}

/// The cell of a series that this thread owns, if it has used the handle last, and the series before; none outside any trace.
#[inline(always)]
pub(crate) fn own_cell(thread: &Thread, key: TraceKey, metric: Metric) -> Option<OwnCell> {
    let cell = thread.shard.of(key.handle())?.existing_cell(metric.series)?;
    Some(OwnCell { cell, bounds: metric.bounds })
}

/// A thread's own part of a series.
#[derive(Clone, Copy)]
pub(crate) struct OwnCell {
    cell: &'static Cell,
    bounds: &'static Bounds,
}

impl OwnCell {
    /// [`measure`] for a call that has ended well.
    #[inline(always)]
    pub(crate) fn measure_ok(self, ticks: u64) {
        self.cell.record_ok(self.bounds, ticks);
    }
}

/// The handle that a context belongs to; the installed one for a context that belongs to none.
#[inline]
fn handle_of(key: TraceKey) -> u16 {
    match key.handle() {
        0 => INSTALLED.load(Ordering::Acquire),
        handle => handle,
    }
}
