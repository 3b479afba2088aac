//! `cargo xtask load`: the application under load, while its database and its collector restart.

use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::servers::{self, POSTGRES};
use crate::step::cargo;

// The load starts the programs that are beside it.
const BUILD: &str = "build --release --package honeydue --package spanweave-load --bins";
const RUN: &str = "run --release --package honeydue --package spanweave-load --bin load --";

/// For so many seconds, a minute if nothing is said.
pub(crate) fn run(seconds: &[&str]) -> ExitCode {
    let Some(programs) = servers::postgres_folder() else {
        eprintln!("error: {}", POSTGRES.missing);
        return ExitCode::FAILURE;
    };
    match measure(&programs, seconds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(programs: &Path, seconds: &[&str]) -> io::Result<()> {
    succeed(&mut cargo(BUILD))?;
    succeed(cargo(RUN).args(seconds).env("PG_BIN", programs))
}

fn succeed(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("cargo has ended with {status}"))) }
}
