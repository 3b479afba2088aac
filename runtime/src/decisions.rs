//! How many traces were kept and left out, by reason: every thread counts its own, a scrape adds them up.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::telemetry::{Decision, KeptFor, LeftOut};
use crate::thread_number::{self, SHARED};

const KEPT: usize = KeptFor::ALL.len();

/// A telemetry handle's counts, by the number of the thread.
pub(crate) struct Decisions([OnceLock<Box<Lane>>; thread_number::COUNT]);

/// What two threads have of it must not share a cache line, nor a pair of lines, which processors fetch together.
#[derive(Default)]
#[repr(align(128))]
struct Lane([AtomicU64; KEPT + LeftOut::ALL.len()]);

impl Decisions {
    pub(crate) fn new() -> Decisions {
        Decisions([const { OnceLock::new() }; thread_number::COUNT])
    }

    /// Adds one trace.
    #[inline]
    pub(crate) fn count(&self, decision: Decision) {
        let number = thread_number::current();
        let Lane(counts) = &**self.0[number].get_or_init(Box::default);
        let count = &counts[index(decision)];
        if number == SHARED {
            count.fetch_add(1, Relaxed);
        } else {
            // Only this thread writes to it.
            count.store(count.load(Relaxed) + 1, Relaxed);
        }
    }

    /// Those of all threads.
    pub(crate) fn traces(&self, decision: Decision) -> u64 {
        let lanes = self.0.iter().filter_map(OnceLock::get);
        lanes.map(|lane| lane.0[index(decision)].load(Relaxed)).sum()
    }
}

#[inline]
const fn index(decision: Decision) -> usize {
    match decision {
        Ok(kept_for) => kept_for as usize,
        Err(left_out) => KEPT + left_out as usize,
    }
}
