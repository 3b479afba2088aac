//! The bearer token: itself, or the file that has it.

use std::path::PathBuf;

use super::error::{ConfigError, Refused, shown};
use super::setting::Setting;
use super::variables::{INGEST_TOKEN, INGEST_TOKEN_FILE, Variables};
use crate::telemetry::otlp::{TokenSource, token_file};

const TOKEN: &str = "the token alone, without `Bearer`";
const FILE: &str = "a file that holds the token alone";
/// In place of the name of a file that has no folder.
const NAME: &str = "a name (not shown: it may be the token itself)";

pub(super) fn read(variables: &Variables<'_>) -> Option<Setting<TokenSource>> {
    let token = variables.one(INGEST_TOKEN, |token| checked(TokenSource::Fixed(token.to_owned())));
    let file = variables.one(INGEST_TOKEN_FILE, |path| checked(TokenSource::File(PathBuf::from(path))));
    if token.is_some() && file.is_some() {
        variables.refuse(ConfigError::Both { first: INGEST_TOKEN, second: INGEST_TOKEN_FILE });
    }
    token.or(file)
}

/// A token that can be sent, or a file that has one now.
pub(super) fn checked(source: TokenSource) -> Result<TokenSource, Refused> {
    match &source {
        TokenSource::Fixed(token) => {
            is_token(token).map_err(|held| Refused::hiding(format!("{held} (not shown)"), TOKEN))?;
        }
        TokenSource::File(path) => {
            let path_shown = if path.components().nth(1).is_some() {
                shown(&path.to_string_lossy())
            } else {
                NAME.to_owned()
            };
            let refused = |what| Refused::hiding(format!("{path_shown}, {what}"), FILE);
            let text = token_file::text(path).map_err(|why| refused(format!("which {why}")))?;
            is_token(text.trim()).map_err(|held| refused(format!("which holds {held} (not shown)")))?;
        }
    }
    Ok(source)
}

fn is_token(token: &str) -> Result<(), &'static str> {
    if token.is_empty() {
        Err("nothing")
    } else if token.contains("://") {
        Err("a URL")
    } else if token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(())
    } else {
        Err("a text with blanks or other characters that a token cannot have")
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::tests::{read, refused};
    use super::{FILE, NAME, TOKEN};

    #[test]
    fn what_is_no_token_is_refused_and_not_shown() {
        let held = "a text with blanks or other characters that a token cannot have (not shown)";
        refused("OBS_INGEST_TOKEN", "Bearer hunter2", &format!("{held}; expected {TOKEN}"));
        refused(
            "OBS_INGEST_TOKEN",
            "https://user:hunter2@host",
            &format!("a URL (not shown); expected {TOKEN}"),
        );
        refused("OBS_INGEST_TOKEN", "hunter\u{e9}", &format!("{held}; expected {TOKEN}"));
    }

    #[test]
    fn a_file_has_to_hold_a_token() {
        let missing = "/nonexistent/token";
        let held = "`/nonexistent/token`, which cannot be read: No such file or directory (os error 2)";
        refused("OBS_INGEST_TOKEN_FILE", missing, &format!("{held}; expected {FILE}"));

        let endless = "`/dev/zero`, which is not a regular file";
        refused("OBS_INGEST_TOKEN_FILE", "/dev/zero", &format!("{endless}; expected {FILE}"));

        let forged = "`/tmp/a\\nERROR forged`, which cannot be read: No such file or directory (os error 2)";
        refused("OBS_INGEST_TOKEN_FILE", "/tmp/a\nERROR forged", &format!("{forged}; expected {FILE}"));

        for (text, held) in [
            ("", "nothing"),
            ("Bearer hunter2\n", "a text with blanks or other characters that a token cannot have"),
        ] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            let path = file.path().to_str().unwrap();
            let message = format!("`{path}`, which holds {held} (not shown); expected {FILE}");
            refused("OBS_INGEST_TOKEN_FILE", path, &message);
        }
    }

    #[test]
    fn a_token_in_place_of_its_file_is_not_shown() {
        let held = format!("{NAME}, which cannot be read: No such file or directory (os error 2)");
        refused("OBS_INGEST_TOKEN_FILE", "hunter2", &format!("{held}; expected {FILE}"));
    }

    #[test]
    fn a_token_and_a_file_of_one_are_too_much() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"hunter2\n").unwrap();
        let path = file.path().to_str().unwrap();
        assert!(read(&[("OBS_INGEST_TOKEN_FILE", path)]).is_ok());
        assert_eq!(
            read(&[("OBS_INGEST_TOKEN_FILE", path), ("OBS_INGEST_TOKEN", "hunter2")]).err().unwrap(),
            "OBS_INGEST_TOKEN and OBS_INGEST_TOKEN_FILE are both set; expected one of them"
        );
    }
}
