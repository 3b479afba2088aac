//! `cargo xtask`: the project's own commands.

use std::env;
use std::process::ExitCode;

mod compile_cost;
mod fuzz;
mod load;
mod readers;
mod sanitize;
mod servers;
mod sqlx;
mod step;
mod test;
mod totals;

use test::STEPS;

/// Optimised, unlike the step of `test`, because how the application fares is measured.
const FAULTS: &str =
    "test --release --package spanweave-faults --test faults -- --test-threads=1 --nocapture";
const SOAK: &str = "run --release --package spanweave-faults --bin soak --";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["test"] => test::run(STEPS),
        ["test", "--only", name] => match STEPS.iter().find(|step| step.name == name) {
            Some(step) => test::run(std::slice::from_ref(step)),
            None => misuse(&format!("there is no step `{name}`")),
        },
        ["sanitize"] => test::run(sanitize::STEPS),
        ["faults"] => step::forward(FAULTS),
        ["soak", ref minutes @ ..] => step::forward(&format!("{SOAK} {}", minutes.join(" "))),
        ["load", ref seconds @ ..] => load::run(seconds),
        ["fuzz"] => fuzz::run(fuzz::SECONDS),
        ["fuzz", seconds] if let Ok(seconds) = seconds.parse() => fuzz::run(seconds),
        ["sqlx"] => sqlx::run(),
        ["bench"] => step::forward("bench --manifest-path benches/Cargo.toml --target-dir target"),
        ["bench", "sql"] => step::forward("bench --manifest-path benches/sql/Cargo.toml --target-dir target"),
        ["bench", "compile", ref names @ ..] => compile_cost::run(step::root(), names),
        [] | ["help" | "--help" | "-h"] => {
            print!("{}", help());
            ExitCode::SUCCESS
        }
        _ => misuse(&format!("not understood: `{}`", words.join(" "))),
    }
}

fn misuse(message: &str) -> ExitCode {
    eprint!("{message}\n\n{}", help());
    ExitCode::from(2)
}

fn help() -> String {
    let steps: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
    format!(
        "\
Usage: cargo xtask <command>

  test                    run every check and close with the totals
  test --only <step>      run one of them: {}
  sanitize                run the runtime's tests under AddressSanitizer, on Linux (some minutes)
  faults                  only the faults: of the collector, the machine, the application (four minutes)
  soak [<minutes>]        serve under changing faults, for an hour if nothing is said; fails if spans are missing or memory grows
  load [<seconds>]        put honeydue under load, for a minute if nothing is said, while its database and its collector restart
  fuzz [<seconds>]        give every target of fuzz/ anything, for so long each, a minute if nothing is said; needs cargo-fuzz
  sqlx                    have sqlx's macros look at databases again, after a change to a query or a table of the tests
  bench                   what a call costs at run time, beside its limit and its peers (some minutes)
  bench sql               what a statement costs, beside plain sqlx and its peers (ten minutes; needs PostgreSQL)
  bench compile [<name>]  what 1,000 annotated methods cost to compile, beside other attributes (some minutes)
  help                    print this text
",
        steps.join(", ")
    )
}
