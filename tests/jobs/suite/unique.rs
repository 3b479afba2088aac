//! A server that several tests share, and names on it that one test has.

use std::env;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// The URL that the variable tells.
pub fn server(variable: &str) -> String {
    env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: `cargo xtask test` starts a server"))
}

pub fn name(of: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("test_{of}_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
