//! The records of the crate `log`, as events.

use tracing::level_filters::LevelFilter;
use tracing_log::{AsLog, LogTracer};

/// From here on records are events of the installed subscriber, unless the process has a logger of its own.
pub(super) fn install() {
    let most = LevelFilter::current().as_log();
    if LogTracer::builder().with_max_level(most).init().is_err() {
        tracing::warn!("records of the crate `log` are not logged here: the process has another logger");
    }
}
