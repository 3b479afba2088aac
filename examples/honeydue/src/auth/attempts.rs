//! How often somebody may try to log in, or to sign up. It is counted in the process.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{AppError, Result};

/// Tries at one account from one network: so many at once, then one every twelve seconds.
const AT_ACCOUNT_FROM_NETWORK: NonZeroU32 = NonZeroU32::new(5).unwrap();
/// Tries at one account from everywhere. It takes many networks to keep its owner out.
const AT_ACCOUNT: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// Tries from one network, whatever the account. Many people may share one.
const FROM_NETWORK: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// From so many keys on, those that wait for nothing are forgotten.
const MANY: usize = 10_000;
/// Forgetting looks at every key.
const BETWEEN_FORGETTING: Duration = Duration::from_mins(1);

/// Counts what is tried, by account and by network.
#[derive(Clone)]
pub(super) struct Attempts {
    at_account_from_network: Arc<Limiter<(String, Network)>>,
    at_account: Arc<Limiter<String>>,
    from_network: Arc<Limiter<Network>>,
    sign_ups: Arc<Limiter<Network>>,
}

impl Attempts {
    pub(super) fn new() -> Attempts {
        Attempts {
            at_account_from_network: Arc::new(Limiter::per_minute(AT_ACCOUNT_FROM_NETWORK)),
            at_account: Arc::new(Limiter::per_minute(AT_ACCOUNT)),
            from_network: Arc::new(Limiter::per_minute(FROM_NETWORK)),
            sign_ups: Arc::new(Limiter::per_minute(FROM_NETWORK)),
        }
    }

    /// Counts one more password that is said to be the account's. What is refused for its network does not count against the
    /// account.
    pub(super) fn log_in(&self, account: &str, address: Option<IpAddr>) -> Result<()> {
        let network = Network::of(address);
        self.from_network.count(&network)?;
        self.at_account_from_network.count(&(account.to_owned(), network))?;
        self.at_account.count(&account.to_owned())
    }

    /// Counts one more account.
    pub(super) fn sign_up(&self, address: Option<IpAddr>) -> Result<()> {
        self.sign_ups.count(&Network::of(address))
    }
}

/// What one customer of a provider has: an address, or 2⁶⁴ of IPv6. All whose address is not known are one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Network(Option<IpAddr>);

impl Network {
    fn of(address: Option<IpAddr>) -> Network {
        Network(address.map(|address| match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
            address @ IpAddr::V4(_) => address,
        }))
    }
}

struct Limiter<K: Hash + Eq + Clone> {
    keys: DefaultKeyedRateLimiter<K>,
    forgot: Mutex<Instant>,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn per_minute(tries: NonZeroU32) -> Limiter<K> {
        let keys = RateLimiter::keyed(Quota::per_minute(tries).allow_burst(tries));
        Limiter { keys, forgot: Mutex::new(Instant::now()) }
    }

    fn count(&self, key: &K) -> Result<()> {
        if self.keys.len() > MANY && self.is_time_to_forget() {
            self.keys.retain_recent();
        }
        self.keys.check_key(key).map_err(|early| {
            let wait = early.wait_time_from(DefaultClock::default().now());
            AppError::TooManyAttempts { retry_after: wait.as_secs() + 1 }
        })
    }

    /// For one of those that ask.
    fn is_time_to_forget(&self) -> bool {
        let mut forgot = self.forgot.lock().unwrap_or_else(PoisonError::into_inner);
        let is_time = forgot.elapsed() >= BETWEEN_FORGETTING;
        if is_time {
            *forgot = Instant::now();
        }
        is_time
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{AT_ACCOUNT_FROM_NETWORK, Attempts};
    use crate::error::{AppError, Result};

    const ANN: &str = "ann@example.org";

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// How many of so many tries are taken, each from an address of its own.
    fn taken(tries: u16, mut one: impl FnMut(IpAddr) -> Result<()>) -> usize {
        let of_each = |n: u16| IpAddr::from([192, 0, n.to_be_bytes()[0], n.to_be_bytes()[1]]);
        (0..tries).filter(|n| one(of_each(*n)).is_ok()).count()
    }

    #[test]
    fn an_account_is_tried_a_few_times_at_once() {
        let attempts = Attempts::new();
        let tries = |account| {
            (0..=AT_ACCOUNT_FROM_NETWORK.get()).map(|_| attempts.log_in(account, None)).collect::<Vec<_>>()
        };
        let of_ann = tries(ANN);
        assert!(of_ann[..5].iter().all(Result::is_ok));
        assert!(matches!(of_ann[5], Err(AppError::TooManyAttempts { retry_after: 1..=13 })));
        assert!(attempts.log_in("bob@example.org", None).is_ok());
    }

    #[test]
    fn somebody_elses_tries_do_not_keep_the_owner_out() {
        let attempts = Attempts::new();
        let from = |text| attempts.log_in(ANN, Some(address(text))).is_ok();
        assert!((0..50).filter(|_| from("192.0.2.1")).count() < 10);
        assert!(from("192.0.2.2"), "from home");
    }

    #[test]
    fn an_account_is_counted_over_all_networks() {
        let attempts = Attempts::new();
        let taken = taken(100, |address| attempts.log_in(ANN, Some(address)));
        assert!((60..=61).contains(&taken), "{taken}");
    }

    #[test]
    fn a_network_is_counted_over_all_accounts() {
        let attempts = Attempts::new();
        let log_in = |n| attempts.log_in(&format!("{n}@example.org"), Some(address("192.0.2.1")));
        let taken = (0..100).filter(|n| log_in(*n).is_ok()).count();
        assert!((60..=61).contains(&taken), "{taken}");
    }

    #[test]
    fn sign_ups_are_counted_by_network() {
        let attempts = Attempts::new();
        let from_one = (0..100).filter(|_| attempts.sign_up(Some(address("192.0.2.1"))).is_ok()).count();
        assert!((60..=61).contains(&from_one), "{from_one}");
        assert_eq!(taken(100, |address| attempts.sign_up(Some(address))), 100);
    }

    #[test]
    fn who_has_many_addresses_is_one() {
        let attempts = Attempts::new();
        let from = |text: &str| attempts.log_in(ANN, Some(address(text))).is_ok();
        assert!((0..50).filter(|n| from(&format!("2001:db8:0:1::{n:x}"))).count() < 10);
        assert!(from("2001:db8:0:2::1"), "the next /64");
        let attempts = Attempts::new();
        let from = |text: &str| attempts.log_in(ANN, Some(address(text))).is_ok();
        assert!((0..50).filter(|_| from("192.0.2.1")).count() < 10);
        assert!(!from("::ffff:192.0.2.1"), "the same, as IPv6 has it");
    }
}
