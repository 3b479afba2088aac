//! The bearer token, which may come from a file that somebody rotates.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use http::HeaderValue;

use super::{TokenSource, token_file};
use crate::telemetry::export::log;

/// The header value of the token. One that cannot be read again stays as it was.
pub(in crate::telemetry) struct Token {
    file: Option<TokenFile>,
    current: HeaderValue,
}

struct TokenFile {
    path: PathBuf,
    stamp: Option<Stamp>,
    /// What was wrong with it when it was last read.
    problem: Option<String>,
}

/// What tells that a file has changed, without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
}

impl Token {
    /// # Errors
    /// When it is no token, or cannot be read.
    pub(in crate::telemetry) fn new(source: TokenSource) -> Result<Token, String> {
        match source {
            TokenSource::Fixed(token) => Ok(Token { file: None, current: bearer(&token)? }),
            TokenSource::File(path) => {
                let stamp = stamp(&path);
                let current = read(&path)?;
                Ok(Token { file: Some(TokenFile { path, stamp, problem: None }), current })
            }
        }
    }

    /// The token as it is now: the file is read where it looks different from the last time.
    pub(in crate::telemetry) fn header(&mut self) -> HeaderValue {
        if let Some(file) = &mut self.file {
            let stamp = stamp(&file.path);
            if stamp.is_none() || stamp != file.stamp {
                file.stamp = stamp;
                file.read_into(&mut self.current);
            }
        }
        self.current.clone()
    }

    /// Whether a token that was refused may be another one soon: it comes from a file, which is read now whatever it
    /// looks like.
    pub(super) fn may_be_renewed(&mut self) -> bool {
        self.file.as_mut().map(|file| file.read_into(&mut self.current)).is_some()
    }
}

impl TokenFile {
    /// A problem is said once, until it is another one.
    fn read_into(&mut self, current: &mut HeaderValue) {
        match read(&self.path) {
            Ok(token) => {
                *current = token;
                self.problem = None;
            }
            Err(problem) if self.problem.as_ref() == Some(&problem) => {}
            Err(problem) => {
                log(|| tracing::warn!(problem, "the token for the export stays as it was"));
                self.problem = Some(problem);
            }
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some(Stamp { modified: metadata.modified().ok(), bytes: metadata.len() })
}

/// # Errors
/// Names the file, and never shows what is in it.
fn read(path: &Path) -> Result<HeaderValue, String> {
    let problem = |problem: &dyn std::fmt::Display| format!("the token file `{}` {problem}", path.display());
    let text = token_file::text(path).map_err(|why| problem(&why))?;
    bearer(text.trim()).map_err(|error| problem(&format_args!("is refused: {error}")))
}

/// # Errors
/// When it is no token.
fn bearer(token: &str) -> Result<HeaderValue, String> {
    if token.is_empty() {
        return Err("the token is empty".to_owned());
    }
    let mut value = Some(token)
        .filter(|token| token.bytes().all(|byte| byte.is_ascii_graphic()))
        .and_then(|token| HeaderValue::from_str(&format!("Bearer {token}")).ok())
        .ok_or("the token has blanks or other characters than ASCII (not shown); expected the token alone")?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests;
