//! How often somebody may try to log in.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{AppError, Result};

/// Tries at one account: so many at once, then one every twelve seconds.
const OF_ACCOUNT: NonZeroU32 = NonZeroU32::new(5).unwrap();
/// Tries from one address, whatever the account. Many people may share one.
const OF_ADDRESS: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// From so many keys on, those that wait for nothing are forgotten.
const MANY: usize = 10_000;

/// Counts what is tried, by account and by address.
#[derive(Clone)]
pub(super) struct Attempts {
    accounts: Arc<DefaultKeyedRateLimiter<String>>,
    addresses: Arc<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Attempts {
    pub(super) fn new() -> Attempts {
        Attempts {
            accounts: Arc::new(RateLimiter::keyed(per_minute(OF_ACCOUNT))),
            addresses: Arc::new(RateLimiter::keyed(per_minute(OF_ADDRESS))),
        }
    }

    /// Counts one more.
    pub(super) fn count(&self, account: &str, address: Option<IpAddr>) -> Result<()> {
        if let Some(address) = address {
            check(&self.addresses, &address)?;
        }
        check(&self.accounts, &account.to_owned())
    }
}

fn per_minute(tries: NonZeroU32) -> Quota {
    Quota::per_minute(tries).allow_burst(tries)
}

fn check<K: std::hash::Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<()> {
    if limiter.len() > MANY {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|early| {
        let wait = early.wait_time_from(DefaultClock::default().now());
        AppError::TooManyAttempts { retry_after: wait.as_secs() + 1 }
    })
}

#[cfg(test)]
mod tests {
    use super::{Attempts, OF_ACCOUNT};
    use crate::error::AppError;

    #[test]
    fn an_account_is_tried_a_few_times_at_once() {
        let attempts = Attempts::new();
        let tries =
            |account| (0..=OF_ACCOUNT.get()).map(|_| attempts.count(account, None)).collect::<Vec<_>>();
        let of_ann = tries("ann@example.org");
        assert!(of_ann[..5].iter().all(Result::is_ok));
        assert!(matches!(of_ann[5], Err(AppError::TooManyAttempts { retry_after: 1..=13 })));
        assert!(attempts.count("bob@example.org", None).is_ok());
    }

    #[test]
    fn an_address_is_counted_over_all_accounts() {
        let attempts = Attempts::new();
        let address = Some("192.0.2.1".parse().unwrap());
        let refused =
            (0..100).filter(|n| attempts.count(&format!("{n}@example.org"), address).is_err()).count();
        assert!((39..=40).contains(&refused), "{refused}");
    }
}
