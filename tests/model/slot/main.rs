//! The slot of a trace under loom: every order in which its threads can meet, and every value that the memory model
//! lets them read, is run.
//!
//! `runtime/src/slot.rs` is compiled as it stands, on the primitives of [`sync`]. [`trace`] uses it as the runtime does.

mod end;
mod reuse;
#[path = "../../../runtime/src/slot.rs"]
mod slot;
mod sync;
mod trace;

/// Runs `model` in every order, on a trace of its own each time.
fn check(model: impl Fn(&std::sync::Arc<trace::Trace>) + Send + Sync + 'static) {
    loom::model(move || model(&std::sync::Arc::default()));
}
