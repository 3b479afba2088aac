//! Private servers: each is started when a step first asks for it, and ends with the run.

mod account;
mod instance;
mod kind;
mod place;
mod programs;

use std::fs;
use std::io;
use std::path::PathBuf;

use instance::Instance;
pub(crate) use kind::{Kind, MYSQL, POSTGRES, REDIS};

#[derive(Default)]
pub(crate) struct Servers {
    running: Vec<(&'static str, Instance)>,
}

impl Servers {
    /// Where a server of this kind is reached, or `None` where its programs are not installed.
    pub(crate) fn url(&mut self, kind: &'static Kind) -> io::Result<Option<String>> {
        if let Some((_, instance)) = self.running.iter().find(|(name, _)| *name == kind.name) {
            return Ok(Some(instance.url().to_owned()));
        }
        let Some(programs) = kind.programs() else { return Ok(None) };
        let instance = Instance::start(kind, &programs)?;
        let url = instance.url().to_owned();
        self.running.push((kind.name, instance));
        Ok(Some(url))
    }
}

/// Where `PostgreSQL`'s programs are, or `None` where they are not installed.
pub(crate) fn postgres_folder() -> Option<PathBuf> {
    let server = fs::canonicalize(programs::find("postgres")?).ok()?;
    Some(server.parent()?.to_owned())
}
