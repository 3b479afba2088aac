//! What is said of a setting that cannot be used.

use std::{fmt, io};

/// The most characters of a refused value that are shown.
const MAX_SHOWN: usize = 200;

/// Why a telemetry handle could not be made.
///
/// Its `Debug` is its message, because that is what a `main` that returns a `Result` prints.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A variable of the environment holds what it must not.
    #[error("{variable} is {held}; expected {expected}")]
    Variable {
        /// The variable's name.
        variable: &'static str,
        /// What it held, or a description of it where it could be a secret.
        held: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// The code sets what it must not.
    #[error("{setting} is {held}; expected {expected}")]
    Setting {
        /// The method of a builder that was given it.
        setting: &'static str,
        /// What it was given, or a description of it where it could be a secret.
        held: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// Two variables say the same thing, and nobody can tell which one is meant.
    #[error("{first} and {second} are both set; expected one of them")]
    Both {
        /// The name of the one.
        first: &'static str,
        /// The name of the other.
        second: &'static str,
    },
    /// More than one setting cannot be used.
    #[error("{} settings cannot be used:{}", .0.len(), lines(.0))]
    Several(Vec<ConfigError>),
    /// The OTLP exporter could not be made.
    #[error("the OTLP exporter cannot be made: {0}")]
    Exporter(String),
    /// The exporter's thread could not be started.
    #[error("the exporter's thread cannot be started: {0}")]
    Thread(#[source] io::Error),
    /// The thread that writes log lines could not be started.
    #[cfg(feature = "logs")]
    #[error("the log's thread cannot be started: {0}")]
    LogThread(#[source] io::Error),
    /// The process has a `tracing` subscriber already.
    #[cfg(feature = "logs")]
    #[error("a tracing subscriber was installed before; add the layer of `telemetry.logs()` to that one")]
    SubscriberInstalled,
    /// The process has made as many handles as there can be.
    #[error("too many telemetry handles in one process; make one per process, or one per test")]
    TooManyHandles,
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The mistakes that were found so far: whoever looks for them goes on, so that all of them are told at once.
#[derive(Debug, Default)]
pub(super) struct Mistakes(Vec<ConfigError>);

impl Mistakes {
    pub(super) fn add(&mut self, mistake: ConfigError) {
        self.0.push(mistake);
    }

    /// Adds what is wrong with what a method of a builder was given.
    pub(super) fn check<T>(&mut self, checked: Result<T, Refused>, setting: &'static str) {
        self.0.extend(checked.err().map(|refused| refused.in_setting(setting)));
    }

    /// The value, if it is none of them.
    pub(super) fn without<T>(&mut self, checked: Result<T, ConfigError>) -> Option<T> {
        checked.map_err(|mistake| self.add(mistake)).ok()
    }

    /// An error, unless there are none.
    pub(super) fn none(mut self) -> Result<(), ConfigError> {
        match self.0.len() {
            0 => Ok(()),
            1 => Err(self.0.remove(0)),
            _ => Err(ConfigError::Several(self.0)),
        }
    }
}

/// Each on a line of its own, below what is said of all.
fn lines(errors: &[ConfigError]) -> String {
    errors.iter().fold(String::new(), |lines, error| lines + "\n  " + &error.to_string())
}

/// A value that cannot be used, before it is known who set it.
#[derive(Debug)]
pub(crate) struct Refused {
    held: String,
    expected: &'static str,
}

impl Refused {
    /// Shows the value. Not for what could be a secret.
    pub(crate) fn showing(value: &str, expected: &'static str) -> Refused {
        Refused { held: shown(value), expected }
    }

    /// Describes the value in its place.
    pub(super) fn hiding(description: impl Into<String>, expected: &'static str) -> Refused {
        Refused { held: description.into(), expected }
    }

    pub(super) fn in_variable(self, variable: &'static str) -> ConfigError {
        ConfigError::Variable { variable, held: self.held, expected: self.expected }
    }

    pub(super) fn in_setting(self, setting: &'static str) -> ConfigError {
        ConfigError::Setting { setting, held: self.held, expected: self.expected }
    }
}

/// On one line, and not without end.
pub(super) fn shown(value: &str) -> String {
    let end = value.char_indices().nth(MAX_SHOWN).map(|(end, _)| end);
    let more = if end.is_some() { "…" } else { "" };
    format!("`{}{more}`", on_one_line(&value[..end.unwrap_or(value.len())]))
}

/// Nobody forges a line of a log, or steers a terminal.
pub(super) fn on_one_line(value: &str) -> String {
    let mut line = String::with_capacity(value.len());
    for character in value.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{ConfigError, Refused};

    #[test]
    fn what_main_prints_is_the_message() {
        let error = Refused::showing("abc", "a number").in_variable("OTEL_TRACES_SAMPLER_ARG");
        assert_eq!(format!("{error:?}"), "OTEL_TRACES_SAMPLER_ARG is `abc`; expected a number");
        assert_eq!(format!("{error:?}"), error.to_string());
    }

    #[test]
    fn what_is_shown_stays_on_its_line_and_ends() {
        let held = |value: &str| match Refused::showing(value, "").in_setting("") {
            ConfigError::Setting { held, .. } => held,
            other => panic!("{other}"),
        };
        assert_eq!(held("a\nERROR forged \u{1b}[31m"), "`a\\nERROR forged \\u{1b}[31m`");
        assert_eq!(held(&"é".repeat(201)), format!("`{}…`", "é".repeat(200)));
    }
}
