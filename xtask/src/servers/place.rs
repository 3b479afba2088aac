//! What an instance has for itself: a folder, a port, a log, and the account it runs as.

use std::env;
use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use super::account::Account;
use super::kind::Kind;
use crate::step::log_path;

pub(super) struct Place {
    account: Account,
    folder: PathBuf,
    port: u16,
    log: PathBuf,
    output: File,
}

impl Place {
    pub(super) fn new(kind: &Kind) -> io::Result<Place> {
        let account = Account::unprivileged(kind.account)?;
        let log = log_path(&format!("{}-server", kind.name))?;
        let output = File::create(&log)?;
        let port = free_port()?;
        // Not below `target`, which another account may be unable to reach.
        let folder = env::temp_dir().join(format!("spanweave-{}-{}", kind.name, process::id()));
        fs::create_dir(&folder)?;
        account.own(&folder)?;
        Ok(Place { account, folder, port, log, output })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn log(&self) -> &Path {
        &self.log
    }

    pub(super) fn fill(&self, template: &str) -> String {
        let folder = self.folder.to_string_lossy();
        template.replace("{folder}", &folder).replace("{port}", &self.port.to_string())
    }

    pub(super) fn arguments(&self, template: &str) -> impl Iterator<Item = String> {
        template.split_whitespace().map(|argument| self.fill(argument))
    }

    pub(super) fn command(&self, program: impl AsRef<Path>) -> io::Result<Command> {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&self.folder).stdout(self.output.try_clone()?).stderr(self.output.try_clone()?);
        self.account.run(&mut command);
        Ok(command)
    }
}

/// A port that was free a moment ago.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
