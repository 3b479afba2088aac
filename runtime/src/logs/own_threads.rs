//! What is logged on threads that export.

use std::thread;

use tracing::{Level, Metadata};

/// The name of the thread that writes lines.
pub(super) const WRITING: &str = "spanweave-logs";
/// What the names of all threads of spanweave's own begin with.
const OURS: &str = "spanweave-";
/// Those that export log records: the SDK's, and reqwest's for a client that blocks, whoever has made that.
#[cfg(feature = "otlp-logs")]
const OF_LOG_RECORDS: [&str; 2] = ["OpenTelemetry.Logs.BatchProcessor", "reqwest-internal-sync-runtime"];
#[cfg(not(feature = "otlp-logs"))]
const OF_LOG_RECORDS: [&str; 0] = [];

#[derive(Clone, Copy)]
enum Thread {
    Writing,
    /// It exports, or makes ready what is exported.
    Exporting,
    OfOthers,
}

thread_local! {
    static THREAD: Thread = match thread::current().name() {
        Some(WRITING) => Thread::Writing,
        Some(name) if name.starts_with(OURS) || OF_LOG_RECORDS.contains(&name) => Thread::Exporting,
        _ => Thread::OfOthers,
    };
}

/// Whether an event is for nobody: what a writer says while it writes would be a line, and so on, for ever; and how a
/// client of HTTP gets on tells nothing of the application, batch after batch.
pub(super) fn is_noise(metadata: &Metadata<'_>) -> bool {
    match THREAD.try_with(|thread| *thread) {
        Ok(Thread::Writing) => true,
        Ok(Thread::Exporting) => *metadata.level() > Level::INFO,
        Ok(Thread::OfOthers) | Err(_) => false,
    }
}
