//! Moments, as the database and the API have them.

use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyTypeInfo;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Any, Database, Decode, Encode, Type};

/// A moment to the second: seconds since 1970 in the database, RFC 3339 in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "DateTime<Utc>", into = "DateTime<Utc>")]
pub struct Timestamp(DateTime<Utc>);

/// Seconds that are no year of any calendar.
#[derive(Debug, thiserror::Error)]
#[error("{0} seconds since 1970 are out of range")]
pub struct OutOfRange(i64);

impl Timestamp {
    /// The current second.
    pub fn now() -> Timestamp {
        Utc::now().into()
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
        let later = chrono::TimeDelta::from_std(duration).unwrap_or(chrono::TimeDelta::MAX);
        self.0.checked_add_signed(later).unwrap_or(DateTime::<Utc>::MAX_UTC).into()
    }

    /// The first moment after another that is this one, or later by the period or a multiple of it.
    #[must_use]
    pub fn repeated(self, period: Duration, after: Timestamp) -> Timestamp {
        if self > after {
            return self;
        }
        let passed = (after.0 - self.0).to_std().unwrap_or_default();
        let periods = passed.as_secs() / period.as_secs().max(1) + 1;
        self.plus(Duration::from_secs(periods.saturating_mul(period.as_secs())))
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(moment: DateTime<Utc>) -> Timestamp {
        Timestamp(moment.trunc_subsecs(0))
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(Timestamp(moment): Timestamp) -> DateTime<Utc> {
        moment
    }
}

impl TryFrom<i64> for Timestamp {
    type Error = OutOfRange;

    fn try_from(seconds: i64) -> Result<Timestamp, OutOfRange> {
        DateTime::from_timestamp(seconds, 0).map(Timestamp).ok_or(OutOfRange(seconds))
    }
}

impl Type<Any> for Timestamp {
    fn type_info() -> AnyTypeInfo {
        <i64 as Type<Any>>::type_info()
    }

    fn compatible(column: &AnyTypeInfo) -> bool {
        <i64 as Type<Any>>::compatible(column)
    }
}

impl Encode<'_, Any> for Timestamp {
    fn encode_by_ref(&self, bound: &mut <Any as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<Any>>::encode(self.seconds(), bound)
    }
}

impl Decode<'_, Any> for Timestamp {
    fn decode(value: <Any as Database>::ValueRef<'_>) -> Result<Timestamp, BoxDynError> {
        Ok(Timestamp::try_from(<i64 as Decode<Any>>::decode(value)?)?)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Timestamp;

    #[test]
    fn a_moment_is_a_second() {
        let parsed: Timestamp = serde_json::from_str("\"2026-12-24T12:00:00.987654321+01:00\"").unwrap();
        assert_eq!(serde_json::to_string(&parsed).unwrap(), "\"2026-12-24T11:00:00Z\"");
        for moment in [parsed, Timestamp::now(), Timestamp::now().plus(Duration::from_millis(1_500))] {
            assert_eq!(Timestamp::try_from(moment.seconds()).unwrap(), moment, "as the database has it");
        }
    }
}
