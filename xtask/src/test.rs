//! `cargo xtask test`: every check, whatever the ones before it said.

use std::process::ExitCode;
use std::time::Instant;

use crate::step::{Outcome, Plan, Step, succeeds};
use crate::totals::Totals;

/// All in the default features, so that each crate is built once.
pub(crate) const STEPS: &[Step] = &[
    Step { name: "fmt", plan: || Plan::cargo("fmt --all --check") },
    Step { name: "clippy", plan: || Plan::cargo("clippy --workspace --all-targets -- -D warnings") },
    Step { name: "tests", plan: || Plan::cargo("test --workspace --no-fail-fast") },
    Step { name: "docs", plan: docs },
    Step { name: "deny", plan: deny },
    Step { name: "quickstart", plan: || Plan::cargo("run --quiet --example quickstart") },
];

fn docs() -> Plan {
    Plan::Run {
        arguments: "doc --workspace --no-deps",
        variables: &[("RUSTDOCFLAGS", "-D warnings")],
        note: None,
    }
}

fn deny() -> Plan {
    if !succeeds("deny --version") {
        return Plan::Skip { reason: "`cargo install --locked cargo-deny` installs it" };
    }
    if succeeds("deny fetch db") {
        return Plan::cargo("deny check");
    }
    Plan::Run {
        arguments: "deny check bans licenses sources",
        variables: &[],
        note: Some("without advisories: their database could not be fetched"),
    }
}

/// Runs `steps` and closes with the totals: the tests, and each step that was skipped, or failed without a failing
/// test, as one more.
pub(crate) fn run(steps: &[Step]) -> ExitCode {
    let started = Instant::now();
    let mut totals = Totals::default();
    let mut failed = Vec::new();
    for step in steps {
        match step.run() {
            Ok(Outcome::Passed { output }) => totals += Totals::read(&output),
            Ok(Outcome::Failed { output }) => {
                let read = Totals::read(&output);
                totals += Totals { failed: read.failed.max(1), ..read };
                failed.push(step.name);
            }
            Ok(Outcome::Skipped) => totals.skipped += 1,
            Err(error) => {
                println!("FAILED: {error}");
                totals.failed += 1;
                failed.push(step.name);
            }
        }
    }

    println!();
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
    }
    println!("{:.0} s", started.elapsed().as_secs_f64());
    println!("{totals}");
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
