//! Why spans are dropped, and how many were.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Why spans were dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DropReason {
    /// They started after their trace had left the slab.
    Late,
    /// Their trace had more spans than are kept of one, or there was no memory left for what is recorded.
    TraceTooLong,
    /// Their trace found no slot: the process had more traces open than it can have.
    TooManyTraces,
    /// Nobody took them in time, and newer ones needed the room.
    QueueFull,
    /// The exporter said no, and would say so again.
    Refused,
    /// They were on their way, and no answer came before the time for it was over.
    Unanswered,
    /// The collector took the others of their batch.
    Rejected,
    /// They ended after the handle was shut down, or waited when its time was over.
    ShutDown,
}

impl DropReason {
    const COUNT: usize = 8;

    /// What happens before any exporter could have the spans.
    pub(crate) const BEFORE_EXPORT: [DropReason; 5] = [
        DropReason::Late,
        DropReason::TraceTooLong,
        DropReason::TooManyTraces,
        DropReason::QueueFull,
        DropReason::ShutDown,
    ];

    /// What happens on the way to one exporter.
    pub(crate) const OF_AN_EXPORTER: [DropReason; 5] = [
        DropReason::QueueFull,
        DropReason::Refused,
        DropReason::Unanswered,
        DropReason::Rejected,
        DropReason::ShutDown,
    ];

    /// The value of the `reason` label.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            DropReason::Late => "late",
            DropReason::TraceTooLong => "trace_too_long",
            DropReason::TooManyTraces => "too_many_traces",
            DropReason::QueueFull => "queue_full",
            DropReason::Refused => "refused",
            DropReason::Unanswered => "unanswered",
            DropReason::Rejected => "rejected",
            DropReason::ShutDown => "shut_down",
        }
    }
}

/// How many spans were dropped, by reason.
#[derive(Default)]
pub(crate) struct DropCounts([AtomicU64; DropReason::COUNT]);

impl DropCounts {
    pub(crate) fn add(&self, reason: DropReason, spans: usize) {
        self.0[reason as usize].fetch_add(spans as u64, Relaxed);
    }

    pub(crate) fn of(&self, reason: DropReason) -> u64 {
        self.0[reason as usize].load(Relaxed)
    }
}
