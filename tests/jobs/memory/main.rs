//! Jobs in memory, in their traces; and what does not depend on the back end.

mod options;
mod outcomes;
mod queue;
#[path = "../suite/mod.rs"]
mod suite;
