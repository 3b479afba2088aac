//! What the benches share: the workload, the sketch of its limit, its peers, and how time and allocations are taken.
#![allow(
    missing_docs,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    reason = "an unpublished crate that only its own benches use"
)]

pub mod bursts;
pub mod exporters;
pub mod fate;
pub mod live_bytes;
pub mod measure;
pub mod peers;
pub mod receiver;
pub mod sink;
#[allow(unsafe_code, clippy::all, clippy::pedantic, reason = "the yardstick is kept as it was given")]
pub mod sketch;
pub mod thread_cpu;
pub mod workload;
