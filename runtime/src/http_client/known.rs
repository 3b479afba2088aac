//! From what is known of a request to its [`Exchange`]. Hosts and statuses may be anybody's, so their number is bounded:
//! what comes after is the host `other`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use parking_lot::RwLock;

use super::exchange::{Exchange, Kind};
use crate::names::SENT_REQUESTS;
use crate::registry::OTHER;

/// The most hosts that have a label of their own.
const MAX_HOSTS: usize = 100;
/// The most exchanges, beside those with the host `other`.
const MAX_EXCHANGES: usize = 4_096;

static PROCESS: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);

/// The exchange of this kind with a host; with `other`, where that is not known, or has no label.
///
/// A host has a label from its first answer on: so who can make us ask whatever host cannot use them up with names that
/// nobody answers to.
pub(super) fn exchange(kind: Kind, host: Option<&str>) -> &'static Exchange {
    let host = host.unwrap_or(OTHER);
    let known = PROCESS.read().get(kind, host);
    known.unwrap_or_else(|| PROCESS.write().keep(kind, host))
}

#[derive(Default)]
struct Known {
    /// Those that have answered.
    hosts: HashSet<String>,
    /// By kind, and then by host, so that one is found without a text of its own.
    exchanges: HashMap<Kind, HashMap<String, &'static Exchange>>,
    number: usize,
}

impl Known {
    fn get(&self, kind: Kind, host: &str) -> Option<&'static Exchange> {
        let known = self.find(kind, self.label(kind, host));
        known.or_else(|| if self.is_full() { self.find(kind.without_template(), OTHER) } else { None })
    }

    fn keep(&mut self, kind: Kind, host: &str) -> &'static Exchange {
        // Another thread may have been faster.
        if let Some(known) = self.get(kind, host) {
            return known;
        }
        let label = self.label(kind, host);
        let is_over = self.is_full();
        if is_over || (label != host && kind.status.is_some()) {
            SENT_REQUESTS.count_overflow();
        }
        if is_over {
            // Of these there are as many as there are methods and statuses.
            return self.insert(kind.without_template(), OTHER);
        }
        if label != OTHER {
            self.hosts.insert(label.to_owned());
        }
        self.number += 1;
        self.insert(kind, label)
    }

    fn find(&self, kind: Kind, label: &str) -> Option<&'static Exchange> {
        self.exchanges.get(&kind)?.get(label).copied()
    }

    fn is_full(&self) -> bool {
        self.number >= MAX_EXCHANGES
    }

    fn insert(&mut self, kind: Kind, label: &str) -> &'static Exchange {
        let exchange = Exchange::leaked(kind, label);
        self.exchanges.entry(kind).or_default().insert(label.to_owned(), exchange);
        exchange
    }

    /// What the host is called: by its name if it has a label, or gets one by this answer.
    fn label<'h>(&self, kind: Kind, host: &'h str) -> &'h str {
        let gets_one = || kind.status.is_some() && self.hosts.len() < MAX_HOSTS;
        if self.hosts.contains(host) || gets_one() { host } else { OTHER }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::{Method, StatusCode};

    use super::{Kind, Known, MAX_EXCHANGES, MAX_HOSTS};
    use crate::http_method::KnownMethod;
    use crate::site::Describe;

    fn get() -> Kind {
        Kind { method: KnownMethod::of(&Method::GET), template: Some("/{id}"), status: None }
    }

    fn answered(status: u16) -> Kind {
        Kind { status: Some(StatusCode::from_u16(status).unwrap()), ..get() }
    }

    #[test]
    fn past_the_hosts_that_have_a_label_all_are_one() {
        let mut known = Known::default();
        for host in 0..MAX_HOSTS {
            known.keep(answered(200), &format!("host-{host}"));
        }
        let [first, second] = ["a", "b"].map(|host| known.keep(answered(200), host));
        assert!(std::ptr::eq(first, second), "both are the host `other`");
        assert_eq!(first.span_name(), "GET /{id}");
        assert!(!std::ptr::eq(known.keep(answered(200), "host-7"), first));
        assert_eq!(known.hosts.len(), MAX_HOSTS);
        // It is found by those that share the lock.
        assert!(known.get(answered(200), "c").is_some_and(|found| std::ptr::eq(found, first)));
    }

    #[test]
    fn a_host_that_never_answers_has_no_label() {
        let mut known = Known::default();
        let silent = known.keep(get(), "host-0");
        for host in 1..2 * MAX_HOSTS {
            assert!(std::ptr::eq(known.keep(get(), &format!("host-{host}")), silent), "all are `other`");
        }
        assert_eq!((known.hosts.len(), known.number), (0, 1));
        let answer = known.keep(answered(200), "answers");
        assert!(!std::ptr::eq(known.keep(get(), "answers"), silent));
        assert!(!std::ptr::eq(known.keep(answered(200), "answers too"), answer));
    }

    #[test]
    fn past_all_bounds_a_request_has_its_method_and_its_status() {
        let mut known = Known::default();
        for host in 0..=MAX_HOSTS {
            for status in 100..150 {
                known.keep(answered(status), &format!("host-{host}"));
            }
        }
        assert_eq!(known.number, MAX_EXCHANGES);
        let another = known.keep(answered(418), "host-7");
        assert_eq!(another.span_name(), "GET");
        assert!(known.get(answered(418), "host-8").is_some_and(|found| std::ptr::eq(found, another)));
        let mut attributes = Vec::new();
        another.attributes(&mut attributes);
        assert!(attributes.iter().any(|attribute| attribute.value.as_str() == "418"), "{attributes:?}");
    }
}
