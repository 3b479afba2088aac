//! What spanweave asks of sqlx, whichever version of it.
//!
//! These traits are implemented for the types of each version where they are adapted, and for nothing else.

use std::borrow::Cow;

use crate::sql::source::ANY;

/// An error of sqlx.
pub trait SqlxError {
    /// The error in one of few words.
    fn class(&self) -> &'static str;

    /// Whether the database did answer, and there was no row.
    fn is_row_not_found(&self) -> bool;

    /// Whether no connection came in time.
    fn is_pool_timeout(&self) -> bool;

    /// The code that the database gave, as `SQLSTATE`.
    fn code(&self) -> Option<Cow<'_, str>>;
}

/// A transaction of sqlx.
pub trait SqlxTransaction {
    /// The driver's name, as its type tells it.
    const DRIVER: &'static str;

    /// The driver's name, as its connection tells it.
    fn driver(&self) -> &'static str;

    /// 1 for a transaction, more for a savepoint in one.
    fn depth(&self) -> usize;
}

/// A connection that a pool of sqlx has given.
pub trait SqlxPoolConnection {
    /// The driver's name.
    const DRIVER: &'static str;
}

/// The drivers that may be behind `Any`, with the schemes of their URLs.
const BEHIND_ANY: [(&str, &[&str]); 3] =
    [("PostgreSQL", &["postgres", "postgresql"]), ("MySQL", &["mysql", "mariadb"]), ("SQLite", &["sqlite"])];

/// A driver by the name that a connection of `Any` tells.
pub(super) fn behind_any(name: &str) -> &'static str {
    BEHIND_ANY.iter().map(|(driver, _)| *driver).find(|driver| *driver == name).unwrap_or(ANY)
}

/// A driver by the scheme of the URL that a pool of `Any` connects to.
pub(super) fn of_scheme(scheme: &str) -> &'static str {
    let of_scheme = BEHIND_ANY.iter().find(|(_, schemes)| schemes.contains(&scheme));
    of_scheme.map_or(ANY, |(driver, _)| driver)
}

/// How many rows a statement gave, and changed; `None` where nobody asked, or the driver is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) returned: Option<u64>,
    pub(super) affected: Option<u64>,
}

impl Rows {
    pub(super) const NONE: Rows = Rows { returned: None, affected: None };

    pub(super) fn returned(rows: u64) -> Rows {
        Rows { returned: Some(rows), ..Rows::NONE }
    }

    pub(super) fn affected(rows: Option<u64>) -> Rows {
        Rows { affected: rows, ..Rows::NONE }
    }

    /// These, and those of a further result.
    pub(super) fn and(self, more: Rows) -> Rows {
        let sum = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        Rows { returned: sum(self.returned, more.returned), affected: sum(self.affected, more.affected) }
    }
}
