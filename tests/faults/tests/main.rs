//! Faults of the collector, the machine and the application, over real sockets and with real signals.
//!
//! Each test asserts that what arrived and what is counted as lost is what was produced, and that no request has waited for
//! the export. It prints both, with the 99th percentile and the maximum of the application's requests beside those of the
//! same requests without telemetry. `cargo xtask faults` runs them, one after the other.

mod code;
mod collector;
mod late;
mod logs;
mod overload;
mod process;
mod scenario;
