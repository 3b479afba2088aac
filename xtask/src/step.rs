//! One check: a cargo command whose output is kept in a file and shown if it fails.

use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use crate::servers::{Kind, Servers};

pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// Asked when the step's turn has come.
    pub(crate) plan: fn(&mut Servers) -> Plan,
}

pub(crate) enum Plan {
    Run {
        /// What follows `cargo`, separated by blanks.
        arguments: &'static str,
        variables: Vec<(&'static str, String)>,
        /// What this run leaves out, if anything.
        note: Option<&'static str>,
    },
    Skip {
        reason: &'static str,
    },
    /// What the step needs is there and does not work.
    Fail {
        error: io::Error,
    },
}

impl Plan {
    pub(crate) fn cargo(arguments: &'static str) -> Plan {
        Plan::Run { arguments, variables: Vec::new(), note: None }
    }

    /// Cargo, with what tells its tests of a server.
    pub(crate) fn with_server(servers: &mut Servers, kind: &'static Kind, arguments: &'static str) -> Plan {
        match servers.url(kind) {
            Ok(Some(url)) => Plan::Run { arguments, variables: vec![(kind.variable, url)], note: None },
            Ok(None) => Plan::Skip { reason: kind.missing },
            Err(error) => Plan::Fail { error },
        }
    }
}

pub(crate) enum Outcome {
    Passed { output: String },
    Failed { output: String },
    Skipped,
}

impl Step {
    pub(crate) fn run(&self, servers: &mut Servers) -> io::Result<Outcome> {
        let (arguments, variables, note) = match (self.plan)(servers) {
            Plan::Run { arguments, variables, note } => (arguments, variables, note),
            Plan::Skip { reason } => {
                println!("{:<14}skipped: {reason}", self.name);
                return Ok(Outcome::Skipped);
            }
            Plan::Fail { error } => return Err(error),
        };
        print!("{:<14}", self.name);
        for (name, value) in &variables {
            print!("{name}=\"{value}\" ");
        }
        print!("cargo {arguments} ... ");
        io::stdout().flush()?;

        let log = log_path(self.name)?;
        let file = File::create(&log)?;
        let started = Instant::now();
        let status = cargo(arguments)
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .status()?;
        let seconds = started.elapsed().as_secs_f64();
        let output = String::from_utf8_lossy(&fs::read(&log)?).into_owned();

        if status.success() {
            println!("ok ({seconds:.1} s)");
        } else {
            println!("FAILED ({seconds:.1} s, {status})\n\n{output}");
        }
        if let Some(note) = note {
            println!("{:<14}{note}", "");
        }
        Ok(if status.success() { Outcome::Passed { output } } else { Outcome::Failed { output } })
    }
}

/// Whether the command succeeds; its output is not shown.
pub(crate) fn succeeds(arguments: &str) -> bool {
    let quiet = cargo(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

/// Runs cargo as if it had been called itself.
pub(crate) fn forward(arguments: &str) -> ExitCode {
    match cargo(arguments).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// `cargo` with `arguments`, in the workspace's root.
pub(crate) fn cargo(arguments: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments.split_whitespace()).current_dir(root());
    command
}

/// Where the output of what runs under `name` is kept.
pub(crate) fn log_path(name: &str) -> io::Result<PathBuf> {
    let folder = target().join("xtask");
    fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{name}.log")))
}

pub(crate) fn target() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    root().join(target)
}

pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
