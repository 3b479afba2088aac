//! Faults of the collector, the machine and the application, over real sockets and with real signals.
//!
//! Each test asserts that what arrived and what is counted as lost is what was produced, and prints both, with the 99th
//! percentile of the application's requests beside that of the same requests without telemetry. `cargo xtask faults` runs
//! them, one after the other.

mod code;
mod collector;
mod overload;
mod process;
mod scenario;
