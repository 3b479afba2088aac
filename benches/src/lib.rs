//! What the benches share: the workload, the sketch of its limit, and how time and allocations are taken.
#![allow(missing_docs, reason = "an unpublished crate that only its own benches use")]

pub mod measure;
#[allow(unsafe_code, clippy::all, clippy::pedantic, reason = "the yardstick is kept as it was given")]
pub mod sketch;
pub mod workload;
