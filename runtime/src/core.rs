//! What a telemetry handle owns. Cores are never freed, so that a context, which is only a number, can find its own
//! at any time; a process makes one, a test process some hundreds.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use parking_lot::Mutex;

use crate::collect::Collector;
use crate::histogram::{Buckets, Histograms};
use crate::key::TraceKey;
use crate::outcome::Outcome;
use crate::registry::SeriesId;
use crate::telemetry::Sampling;

/// The telemetry behind a handle, as contexts and calls use it.
pub(crate) struct Core {
    pub(crate) handle: u16,
    pub(crate) sampling: Sampling,
    /// Whether spans have anywhere to go. Without an exporter no trace is recorded.
    pub(crate) exports: bool,
    pub(crate) collector: Collector,
    pub(crate) histograms: Histograms,
    /// Calls that ended in an error, by class.
    pub(crate) errors: Mutex<HashMap<(SeriesId, &'static str), u64>>,
}

/// Where the duration of a span is added to.
#[derive(Clone, Copy)]
pub(crate) struct Metric {
    pub(crate) series: SeriesId,
    pub(crate) buckets: &'static Buckets,
}

static CORES: [OnceLock<&'static Core>; TraceKey::HANDLES] = [const { OnceLock::new() }; TraceKey::HANDLES];
static NEXT: AtomicU16 = AtomicU16::new(1);
/// The handle that catches calls without a context; 0 for none.
static INSTALLED: AtomicU16 = AtomicU16::new(0);

impl Core {
    /// Makes a core; `None` when the process has made [`TraceKey::HANDLES`] of them.
    pub(crate) fn new(sampling: Sampling, exports: bool) -> Option<&'static Core> {
        let one_more = |handle: u16| (usize::from(handle) < TraceKey::HANDLES).then(|| handle + 1);
        let handle = NEXT.try_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()?;
        let core = Box::leak(Box::new(Core {
            handle,
            sampling,
            exports,
            collector: Collector::default(),
            histograms: Histograms::new(),
            errors: Mutex::default(),
        }));
        Some(CORES[usize::from(handle)].get_or_init(|| core))
    }

    /// The core that a context belongs to; the installed one for a context that belongs to none.
    #[inline]
    pub(crate) fn of(key: TraceKey) -> Option<&'static Core> {
        let handle = match key.handle() {
            0 => INSTALLED.load(Ordering::Acquire),
            handle => handle,
        };
        CORES[usize::from(handle)].get().copied()
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

    /// Adds a call to its histogram and to the counter of its outcome.
    #[inline]
    pub(crate) fn measure(&self, metric: Metric, nanos: u64, outcome: Outcome) {
        self.histograms.record(metric.series, metric.buckets, nanos, outcome);
        if let Outcome::Error(class) = outcome {
            self.count_error(metric.series, class);
        }
    }

    #[cold]
    fn count_error(&self, series: SeriesId, class: &'static str) {
        *self.errors.lock().entry((series, class)).or_default() += 1;
    }
}
