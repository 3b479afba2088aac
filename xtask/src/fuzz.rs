//! `cargo xtask fuzz`: every target of `fuzz/`, one after the other.

use std::fs;
use std::process::ExitCode;

use crate::step::{forward, root, succeeds};

/// The seconds for each, if nothing is said.
pub(crate) const SECONDS: u32 = 60;

struct Target {
    name: &'static str,
    /// What it starts from beside what it has found before, if anything; the first is where it keeps that.
    corpus: &'static str,
    options: &'static str,
}

const TARGETS: &[Target] = &[
    Target {
        name: "attribute",
        corpus: "fuzz/corpus/attribute tests/expand fuzz/seeds",
        options: "-dict=fuzz/attribute.dict -mutate_depth=2 -max_len=1024",
    },
    Target { name: "environment", corpus: "", options: "-max_len=512" },
    Target { name: "headers", corpus: "", options: "-max_len=4096" },
    Target { name: "statement", corpus: "", options: "-max_len=1024" },
];

/// Runs all of them, whatever the ones before it found.
pub(crate) fn run(seconds: u32) -> ExitCode {
    if !succeeds("fuzz --version") {
        println!("skipped: `cargo install --locked cargo-fuzz` installs it");
        return ExitCode::SUCCESS;
    }
    let mut failed = Vec::new();
    for target in TARGETS {
        if target.run(seconds) != ExitCode::SUCCESS {
            failed.push(target.name);
        }
    }
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("failed: {}; their inputs are in fuzz/artifacts/", failed.join(", "));
    ExitCode::FAILURE
}

impl Target {
    fn run(&self, seconds: u32) -> ExitCode {
        let Target { name, corpus, options } = self;
        // Cargo-fuzz makes the folder only where no other is named.
        if let Err(error) = fs::create_dir_all(root().join("fuzz/corpus").join(name)) {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
        forward(&format!("fuzz run -s none {name} {corpus} -- {options} -max_total_time={seconds}"))
    }
}
