//! What became of the log records of a handle.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry_sdk::logs::SdkLoggerProvider;
use parking_lot::Mutex;

/// Why a log record was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordDrop {
    /// The exporter did not keep up.
    QueueFull,
    /// The exporter reported an error.
    ExportFailed,
}

impl RecordDrop {
    pub(crate) const ALL: [RecordDrop; 2] = [RecordDrop::QueueFull, RecordDrop::ExportFailed];

    /// The value of the `reason` label.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            RecordDrop::QueueFull => "queue_full",
            RecordDrop::ExportFailed => "export_failed",
        }
    }
}

/// The providers of a handle, and the counts of all of them.
#[derive(Debug, Default)]
pub(crate) struct Records {
    providers: Mutex<Vec<SdkLoggerProvider>>,
    are_used: AtomicBool,
    exported: AtomicU64,
    dropped: [AtomicU64; RecordDrop::ALL.len()],
}

impl Records {
    pub(super) fn add(&self, provider: SdkLoggerProvider) {
        self.providers.lock().push(provider);
        self.are_used.store(true, Relaxed);
    }

    pub(crate) fn are_used(&self) -> bool {
        self.are_used.load(Relaxed)
    }

    /// Has what was logged by now exported; says whether it was, and `timeout` was enough. The SDK has a deadline of its
    /// own, which is waited for by a thread of its own.
    pub(super) fn flush(&self, timeout: Duration) -> bool {
        let started = Instant::now();
        let mut all = true;
        // Nobody who wants to flush in less time waits for the lock meanwhile.
        let providers = self.providers.lock().clone();
        for provider in providers {
            let (answer, flushed) = mpsc::channel();
            let flush = move || {
                // Whoever asked may have stopped waiting.
                let _nobody_waits = answer.send(provider.force_flush().is_ok());
            };
            all &= thread::Builder::new().name("spanweave-flush".into()).spawn(flush).is_ok();
            let left = timeout.saturating_sub(started.elapsed());
            all &= flushed.recv_timeout(left).unwrap_or(false);
        }
        all
    }

    pub(super) fn count_exported(&self, records: usize) {
        self.exported.fetch_add(records as u64, Relaxed);
    }

    pub(super) fn count_dropped(&self, reason: RecordDrop, records: usize) {
        self.dropped[reason as usize].fetch_add(records as u64, Relaxed);
    }

    pub(crate) fn exported(&self) -> u64 {
        self.exported.load(Relaxed)
    }

    pub(crate) fn dropped(&self, reason: RecordDrop) -> u64 {
        self.dropped[reason as usize].load(Relaxed)
    }
}
