//! A statement's text, and whose language it is in.

use std::borrow::Cow;

use spanweave_sql::Dialect;

/// The most bytes of a text that are read, kept and shown; two texts that differ later only are one statement.
pub(super) const MAX_TEXT: usize = 16 * 1024;

/// What is done with a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Act {
    Run,
    Prepare,
}

/// A statement as its executor is given it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Source<'t> {
    /// The driver's name, which sqlx has in `Database::NAME`, or the system's.
    pub(super) driver: &'static str,
    pub(super) act: Act,
    /// At most [`MAX_TEXT`] bytes of it.
    pub(super) text: &'t str,
}

impl<'t> Source<'t> {
    pub(super) fn new(driver: &'static str, act: Act, sql: &'t str) -> Source<'t> {
        Source { driver, act, text: head(sql, MAX_TEXT) }
    }

    pub(super) fn dialect(self) -> Dialect {
        match self.driver {
            "PostgreSQL" | "postgresql" => Dialect::Postgres,
            "MySQL" | "mysql" | "mariadb" => Dialect::MySql,
            "SQLite" | "sqlite" => Dialect::Sqlite,
            _ => Dialect::Other,
        }
    }

    /// Also where a string holds what would begin one.
    pub(super) fn may_have_comment(self) -> bool {
        let in_mysql = self.dialect() == Dialect::MySql && self.text.contains('#');
        self.text.contains("--") || self.text.contains("/*") || in_mysql
    }
}

/// The name of the driver of sqlx behind which another one is, which only its connections and its URL tell.
pub(super) const ANY: &str = "Any";

/// The convention's name for the system of a driver.
pub(super) fn system(driver: &'static str) -> Cow<'static, str> {
    match driver {
        ANY => "other_sql".into(),
        "PostgreSQL" => "postgresql".into(),
        "MySQL" => "mysql".into(),
        "SQLite" => "sqlite".into(),
        other => other.to_lowercase().into(),
    }
}

/// As much of a text as fits.
pub(super) fn head(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}
