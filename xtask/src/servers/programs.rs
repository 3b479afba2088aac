//! Where the programs of a server are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) struct Programs {
    /// `None` where there is nothing to prepare.
    pub(super) initialise: Option<PathBuf>,
    pub(super) serve: PathBuf,
}

/// In the search path, or where Debian keeps what it leaves out of everybody's search path.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders.push("/usr/sbin".into());
    folders.extend(newest_postgres(Path::new("/usr/lib/postgresql")));
    folders.into_iter().map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Versions stand beside each other: `15/bin`, `17/bin`.
fn newest_postgres(versions: &Path) -> Option<PathBuf> {
    let version = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let folders = fs::read_dir(versions).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    Some(folders.max_by_key(version)?.join("bin"))
}
