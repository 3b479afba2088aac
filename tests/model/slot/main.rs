//! The slot of a trace under loom: every order in which its threads can meet, and every value that the memory model
//! lets them read, is run.
//!
//! `runtime/src/slot.rs` is compiled as it stands, on the primitives of [`sync`]. [`trace`] uses it as the runtime does.

use std::sync::Arc;

use loom::thread::{self, JoinHandle};

use crate::trace::Trace;

mod end;
mod reuse;
#[path = "../../../runtime/src/slot.rs"]
mod slot;
#[path = "../sync.rs"]
mod sync;
mod trace;

/// Runs `model` in every order, each time on a trace of its own.
fn check(model: impl Fn(&Arc<Trace>) + Send + Sync + 'static) {
    loom::model(move || model(&Arc::default()));
}

fn spawn<R: 'static>(trace: &Arc<Trace>, run: impl FnOnce(&Trace) -> R + 'static) -> JoinHandle<R> {
    let trace = Arc::clone(trace);
    thread::spawn(move || run(&trace))
}
