//! From what is known of a request to its [`Exchange`]. Hosts and statuses may be anybody's, so their number is bounded:
//! what comes after is the host `other`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use parking_lot::RwLock;

use super::exchange::{Exchange, Kind};
use crate::names::SENT_REQUESTS;
use crate::registry::{self, OTHER};

/// The most hosts that have a label of their own.
const MAX_HOSTS: usize = 100;
/// The most exchanges, beside those with the host `other`.
const MAX_EXCHANGES: usize = 4_096;

static PROCESS: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);

/// The exchange of this kind with a host; with `other`, where that is not known.
pub(super) fn exchange(kind: Kind, host: Option<&str>) -> &'static Exchange {
    let host = host.unwrap_or(OTHER);
    let known = PROCESS.read().get(kind, host);
    known.unwrap_or_else(|| PROCESS.write().keep(kind, host))
}

#[derive(Default)]
struct Known {
    hosts: HashSet<String>,
    /// By kind, and then by host, so that one is found without a text of its own.
    exchanges: HashMap<Kind, HashMap<String, &'static Exchange>>,
    number: usize,
}

impl Known {
    fn get(&self, kind: Kind, host: &str) -> Option<&'static Exchange> {
        self.exchanges.get(&kind)?.get(host).copied()
    }

    fn keep(&mut self, kind: Kind, host: &str) -> &'static Exchange {
        let host = self.label(host);
        // Another thread may have been faster.
        if let Some(known) = self.get(kind, host) {
            return known;
        }
        if self.number < MAX_EXCHANGES {
            self.number += 1;
            return self.insert(kind, host);
        }
        registry::overflow(&SENT_REQUESTS);
        // Of these there are as many as there are methods and statuses.
        self.insert(Kind { template: None, ..kind }, OTHER)
    }

    fn insert(&mut self, kind: Kind, host: &str) -> &'static Exchange {
        let hosts = self.exchanges.entry(kind).or_default();
        hosts.entry(host.to_owned()).or_insert_with(|| Exchange::leaked(kind, host))
    }

    fn label<'h>(&mut self, host: &'h str) -> &'h str {
        if host == OTHER || self.hosts.contains(host) {
            return host;
        }
        if self.hosts.len() >= MAX_HOSTS {
            registry::overflow(&SENT_REQUESTS);
            return OTHER;
        }
        self.hosts.insert(host.to_owned());
        host
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
            known.keep(get(), &format!("host-{host}"));
        }
        let [first, second] = ["a", "b"].map(|host| known.keep(get(), host));
        assert!(std::ptr::eq(first, second), "both are the host `other`");
        assert_eq!(first.span_name(), "GET /{id}");
        assert!(!std::ptr::eq(known.keep(get(), "host-7"), first));
        assert_eq!(known.hosts.len(), MAX_HOSTS);
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
        assert!(std::ptr::eq(another, known.keep(answered(418), "host-8")));
        let mut attributes = Vec::new();
        another.attributes(&mut attributes);
        assert!(attributes.iter().any(|attribute| attribute.value.as_str() == "418"), "{attributes:?}");
    }
}
