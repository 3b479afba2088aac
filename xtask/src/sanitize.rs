//! `cargo xtask sanitize`: the runtime's tests under `AddressSanitizer`.
//!
//! This is about the one `unsafe` block of the runtime that touches memory, what a thread has, and about leaks: while a
//! root runs, its buffer is lent to the thread, and what a thread recycles is in a place that drops nothing by itself.

use crate::step::{Plan, Step};

pub(crate) const STEPS: &[Step] =
    &[Step { name: "behaviour", plan: |_| behaviour() }, Step { name: "runtime", plan: |_| runtime() }];

/// Sanitizers are not stable, hence the first. The standard library is used as it comes, without any.
fn variables(options: &str) -> Vec<(&'static str, String)> {
    [
        ("RUSTC_BOOTSTRAP", "1"),
        ("RUSTFLAGS", "-Zsanitizer=address -Cunsafe-allow-abi-mismatch=sanitizer"),
        ("ASAN_OPTIONS", options),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

/// Leaks count: what the runtime keeps for good is reachable.
fn behaviour() -> Plan {
    Plan::Run {
        // With a target, build scripts and procedural macros are built without the flags.
        arguments: "test --target-dir target/sanitize --target host-tuple -p spanweave-tests --test behaviour",
        variables: variables("detect_leaks=1"),
        note: None,
    }
}

/// The unit tests leak handles and statements of their own.
fn runtime() -> Plan {
    Plan::Run {
        arguments: "test --target-dir target/sanitize --target host-tuple -p spanweave --tests",
        variables: variables("detect_leaks=0"),
        note: None,
    }
}
