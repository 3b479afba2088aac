//! `cargo xtask sqlx`: has sqlx's macros look at real databases, and keeps what they found for builds without any.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::servers::{Kind, MYSQL, POSTGRES, Servers};
use crate::step::{cargo, root, target};

/// Each keeps what it found beside its manifest, in `.sqlx`.
const CRATES: &[&str] = &["tests/sqlx", "tests/sqlx_0_8"];

pub(crate) fn run() -> ExitCode {
    match renew() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn renew() -> io::Result<()> {
    let mut servers = Servers::default();
    let databases = [
        ("sqlite", sqlite()),
        (POSTGRES.name, running(&mut servers, &POSTGRES)?),
        (MYSQL.name, running(&mut servers, &MYSQL)?),
    ];
    for (_, url) in &databases {
        succeed(&format!("run --quiet --package spanweave-test-sqlx --example tables -- {url}"), &[])?;
    }
    for folder in CRATES {
        let found = root().join(folder).join(".sqlx");
        let _missing = fs::remove_dir_all(&found);
        fs::create_dir(&found)?;
        for (name, url) in &databases {
            look(folder, name, url, &found)?;
        }
    }
    Ok(())
}

/// A new file, whose URL it returns.
fn sqlite() -> String {
    let file = target().join("xtask").join("tables.sqlite");
    let _missing = fs::remove_file(&file);
    format!("sqlite:{}?mode=rwc", file.display())
}

fn running(servers: &mut Servers, kind: &'static Kind) -> io::Result<String> {
    servers.url(kind)?.ok_or_else(|| io::Error::other(kind.missing))
}

/// Compiles the tests of one database, whose macros look at `url`.
fn look(folder: &str, database: &str, url: &str, found: &Path) -> io::Result<()> {
    // The compiler does not know that the macros read more than the sources.
    let source = root().join("tests/sqlx").join(database).join("main.rs");
    fs::write(&source, fs::read(&source)?)?;
    let feature = if database == "sqlite" { String::new() } else { format!("--features {database}") };
    let variables =
        [("DATABASE_URL", url), ("SQLX_OFFLINE", "false"), ("SQLX_OFFLINE_DIR", &found.to_string_lossy())];
    succeed(
        &format!("check --manifest-path {folder}/Cargo.toml --target-dir target {feature} --test {database}"),
        &variables,
    )
}

fn succeed(arguments: &str, variables: &[(&str, &str)]) -> io::Result<()> {
    let status = cargo(arguments).envs(variables.iter().copied()).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("`cargo {arguments}` failed"))) }
}
