//! Moments, as the database and the API have them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A moment to the second: seconds since 1970 in the database, RFC 3339 in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(DateTime<Utc>);

/// Seconds that are no year of any calendar.
#[derive(Debug, thiserror::Error)]
#[error("{0} seconds since 1970 are out of range")]
pub struct OutOfRange(i64);

impl Timestamp {
    /// The current second.
    pub fn now() -> Timestamp {
        Timestamp(Utc::now())
    }

    /// As the database has it.
    pub fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// The day, in UTC, counted from 1970.
    pub fn day(self) -> i64 {
        self.seconds().div_euclid(24 * 60 * 60)
    }

    /// So much later; the last moment there is, where there is no such.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Timestamp {
        Timestamp(
            self.0
                .checked_add_signed(chrono::TimeDelta::from_std(duration).unwrap_or(chrono::TimeDelta::MAX))
                .unwrap_or(DateTime::<Utc>::MAX_UTC),
        )
    }
}

impl TryFrom<i64> for Timestamp {
    type Error = OutOfRange;

    fn try_from(seconds: i64) -> Result<Timestamp, OutOfRange> {
        DateTime::from_timestamp(seconds, 0).map(Timestamp).ok_or(OutOfRange(seconds))
    }
}
