//! `cargo xtask test`: every check, whatever the ones before it said.

use std::process::ExitCode;
use std::time::Instant;

use crate::readers;
use crate::servers::{MYSQL, POSTGRES, REDIS, Servers};
use crate::step::{Outcome, Plan, Step, succeeds};
use crate::totals::Totals;

/// All in the default features, so that each crate is built once.
pub(crate) const STEPS: &[Step] = &[
    Step { name: "fmt", plan: |_| Plan::cargo("fmt --all --check") },
    Step { name: "clippy", plan: |_| Plan::cargo(CLIPPY) },
    Step { name: "tests", plan: |_| Plan::cargo("test --workspace --no-fail-fast") },
    Step { name: "faults", plan: |_| Plan::cargo(FAULTS) },
    Step { name: "postgres", plan: |servers| Plan::with_server(servers, &POSTGRES, ON_POSTGRES) },
    Step { name: "mysql", plan: |servers| Plan::with_server(servers, &MYSQL, ON_MYSQL) },
    Step { name: "sqlx-0.8", plan: |_| Plan::cargo(ON_SQLX_0_8) },
    Step { name: "postgres-0.8", plan: |servers| Plan::with_server(servers, &POSTGRES, ON_POSTGRES_0_8) },
    Step { name: "mysql-0.8", plan: |servers| Plan::with_server(servers, &MYSQL, ON_MYSQL_0_8) },
    Step { name: "jobs-postgres", plan: |servers| Plan::with_server(servers, &POSTGRES, JOBS_ON_POSTGRES) },
    Step { name: "jobs-redis", plan: |servers| Plan::with_server(servers, &REDIS, JOBS_ON_REDIS) },
    Step { name: "app-postgres", plan: |servers| Plan::with_server(servers, &POSTGRES, APP_ON_POSTGRES) },
    Step { name: "app-redis", plan: |servers| Plan::with_server(servers, &REDIS, APP_ON_REDIS) },
    Step { name: "tracing", plan: |_| Plan::cargo(ON_TRACING) },
    Step { name: "promtool", plan: |_| readers::promtool() },
    Step { name: "openmetrics", plan: |_| readers::openmetrics() },
    Step { name: "docs", plan: |_| docs() },
    Step { name: "deny", plan: |_| deny() },
    Step { name: "quickstart", plan: |_| Plan::cargo("run --quiet --example quickstart") },
];

const CLIPPY: &str = "clippy --workspace --all-targets \
                      --features honeydue/postgres,honeydue/redis \
                      --features spanweave-test-jobs/postgres,spanweave-test-jobs/redis \
                      --features spanweave-test-sqlx/mysql,spanweave-test-sqlx/postgres,spanweave-tests/readers \
                      -- -D warnings";
// One after the other, because each measures the application beside itself; what they say is the point of them.
const FAULTS: &str = "test --workspace --test faults -- --test-threads=1 --nocapture";
// With the whole workspace, whose dependencies are built already.
const ON_POSTGRES: &str = "test --workspace --features spanweave-test-sqlx/postgres --test postgres";
const ON_MYSQL: &str = "test --workspace --features spanweave-test-sqlx/mysql --test mysql";
const JOBS_ON_POSTGRES: &str =
    "test --workspace --features spanweave-test-jobs/postgres --test jobs_postgres";
const JOBS_ON_REDIS: &str = "test --workspace --features spanweave-test-jobs/redis --test jobs_redis";
const APP_ON_POSTGRES: &str = "test --workspace --features honeydue/postgres --test processes_postgres";
const APP_ON_REDIS: &str = "test --workspace --features honeydue/redis --test processes_redis";
// A workspace of its own, with the same tests.
const ON_SQLX_0_8: &str = "test --manifest-path tests/sqlx_0_8/Cargo.toml --target-dir target --no-fail-fast";
const ON_POSTGRES_0_8: &str = "test --manifest-path tests/sqlx_0_8/Cargo.toml --target-dir target \
                               --features postgres --test postgres";
const ON_MYSQL_0_8: &str = "test --manifest-path tests/sqlx_0_8/Cargo.toml --target-dir target \
                            --features mysql --test mysql";
// A feature that makes every call larger, and so is on in no other step.
const ON_TRACING: &str = "test --package spanweave --features logs,tracing-spans --test tracing_spans";

fn docs() -> Plan {
    Plan::Run {
        arguments: "doc --workspace --no-deps",
        variables: vec![("RUSTDOCFLAGS", "-D warnings".to_owned())],
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
        variables: Vec::new(),
        note: Some("without advisories: their database could not be fetched"),
    }
}

/// Runs `steps` and closes with the totals: the tests, and each step that was skipped, or failed without a failing
/// test, as one more.
pub(crate) fn run(steps: &[Step]) -> ExitCode {
    let started = Instant::now();
    let mut totals = Totals::default();
    let mut failed = Vec::new();
    let mut servers = Servers::default();
    for step in steps {
        match step.run(&mut servers) {
            Ok(Outcome::Passed { output }) => totals += Totals::read(&output),
            Ok(Outcome::Failed { output }) => {
                let read = Totals::read(&output);
                totals += Totals { failed: read.failed.max(1), ..read };
                failed.push(step.name);
            }
            Ok(Outcome::Skipped) => totals.skipped += 1,
            Err(error) => {
                println!("{:<14}FAILED: {error}", step.name);
                totals.failed += 1;
                failed.push(step.name);
            }
        }
    }

    drop(servers);

    println!();
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
    }
    println!("{:.0} s", started.elapsed().as_secs_f64());
    println!("{totals}");
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
