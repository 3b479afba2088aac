//! How a file that holds a token is read: neither one that never ends nor one that never answers holds the application up.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Longer than any token.
const MOST_BYTES: u64 = 16 << 10;

/// Why a file was not read; follows on what names it.
pub(in crate::telemetry) enum Unreadable {
    NoRegularFile,
    TooLong,
    Failed(io::Error),
}

/// What is in the file.
pub(in crate::telemetry) fn text(path: &Path) -> Result<String, Unreadable> {
    // Opening anything else, a pipe for one, could wait for ever.
    if !fs::metadata(path)?.is_file() {
        return Err(Unreadable::NoRegularFile);
    }
    let mut text = String::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES { Err(Unreadable::TooLong) } else { Ok(text) }
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Unreadable {
        Unreadable::Failed(error)
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::NoRegularFile => f.write_str("is not a regular file"),
            Unreadable::TooLong => write!(f, "has more than {MOST_BYTES} bytes"),
            Unreadable::Failed(error) => write!(f, "cannot be read: {error}"),
        }
    }
}
