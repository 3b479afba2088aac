//! The account that a server runs as.

use std::io;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

#[derive(Clone, Copy)]
pub(super) enum Account {
    /// Whoever called.
    Own,
    Other {
        user: u32,
        group: u32,
    },
}

impl Account {
    /// `name` where we are root, as which no server runs; otherwise our own, which may not change.
    pub(super) fn unprivileged(name: &str) -> io::Result<Account> {
        if id(&["-u"])? != 0 {
            return Ok(Account::Own);
        }
        Ok(Account::Other { user: id(&["-u", name])?, group: id(&["-g", name])? })
    }

    pub(super) fn own(self, folder: &Path) -> io::Result<()> {
        match self {
            Account::Own => Ok(()),
            Account::Other { user, group } => chown(folder, Some(user), Some(group)),
        }
    }

    pub(super) fn run(self, command: &mut Command) -> &mut Command {
        match self {
            Account::Own => command,
            Account::Other { user, group } => command.uid(user).gid(group),
        }
    }
}

fn id(arguments: &[&str]) -> io::Result<u32> {
    let output = Command::new("id").args(arguments).output()?;
    let number = String::from_utf8_lossy(&output.stdout).trim().parse();
    number.map_err(|_| io::Error::other(format!("`id {}` gives no number", arguments.join(" "))))
}
