//! Panics as log events.

use std::panic::{self, PanicHookInfo};
use std::thread;

/// From here on every panic of the process is logged, in the context it happens in. What was done about panics before is done
/// afterwards.
pub(super) fn log_all(shows_messages: bool) {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panicked| {
        log(panicked, shows_messages);
        before(panicked);
    }));
}

fn log(panicked: &PanicHookInfo<'_>, shows_message: bool) {
    tracing::error!(
        target: "panic",
        location = panicked.location().map(tracing::field::display),
        thread = thread::current().name(),
        exception.message = panicked.payload_as_str().filter(|_| shows_message),
        "panicked"
    );
}
