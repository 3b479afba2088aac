//! How many requests are being served.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use crate::http_method::KnownMethod;
use crate::thread_number;

const METHODS: usize = KnownMethod::NAMES.len();
/// Threads share them by their numbers, so that few that serve requests at the same time meet.
const SHARDS: usize = 16;

/// The requests of a telemetry handle, by method.
///
/// A request may end on another thread than it began on. So both are counted, and only all shards together tell what is
/// active.
pub(crate) struct ActiveRequests([Shard; SHARDS]);

// Processors fetch cache lines in pairs.
#[repr(align(128))]
struct Shard {
    started: [AtomicU64; METHODS],
    ended: [AtomicU64; METHODS],
}

impl ActiveRequests {
    pub(crate) const fn new() -> ActiveRequests {
        ActiveRequests([const { Shard { started: zeros(), ended: zeros() } }; SHARDS])
    }

    /// Counts a request until the guard is dropped.
    #[inline]
    pub(super) fn enter(&'static self, method: KnownMethod) -> ActiveRequest {
        self.shard().started[method.index()].fetch_add(1, Relaxed);
        ActiveRequest { requests: self, method }
    }

    /// Does what is to be done as if this request, which is one of them, were not.
    pub(super) fn without<R>(&'static self, method: KnownMethod, f: impl FnOnce() -> R) -> R {
        /// Counts it again, also where `f` panics.
        struct Again<'r>(&'r Shard, KnownMethod);
        impl Drop for Again<'_> {
            fn drop(&mut self) {
                self.0.ended[self.1.index()].fetch_sub(1, Relaxed);
            }
        }
        let shard = self.shard();
        shard.ended[method.index()].fetch_add(1, Relaxed);
        let _again = Again(shard, method);
        f()
    }

    /// By method, those of which there was a request.
    pub(crate) fn by_method(&self) -> impl Iterator<Item = (&'static str, u64)> {
        KnownMethod::NAMES.into_iter().enumerate().filter_map(|(method, name)| {
            // In this order, as a request that ends meanwhile would otherwise have ended without having started.
            let ended: u64 = self.0.iter().map(|shard| shard.ended[method].load(Relaxed)).sum();
            let started: u64 = self.0.iter().map(|shard| shard.started[method].load(Relaxed)).sum();
            (started > 0).then(|| (name, started.saturating_sub(ended)))
        })
    }

    #[inline]
    fn shard(&self) -> &Shard {
        &self.0[thread_number::current() % SHARDS]
    }
}

const fn zeros() -> [AtomicU64; METHODS] {
    [const { AtomicU64::new(0) }; METHODS]
}

/// A request that is being served. Whatever becomes of it, it is dropped once.
pub(super) struct ActiveRequest {
    requests: &'static ActiveRequests,
    method: KnownMethod,
}

impl Drop for ActiveRequest {
    #[inline]
    fn drop(&mut self) {
        self.requests.shard().ended[self.method.index()].fetch_add(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use http::Method;

    use super::{ActiveRequests, KnownMethod};

    fn shown(requests: &ActiveRequests) -> Vec<(&'static str, u64)> {
        requests.by_method().collect()
    }

    #[test]
    fn a_request_is_active_until_it_ends_on_whatever_thread() {
        let requests: &'static ActiveRequests = Box::leak(Box::new(ActiveRequests::new()));
        let [get, post] = [Method::GET, Method::POST].map(|method| KnownMethod::of(&method));
        assert_eq!(shown(requests), []);
        let here: Vec<_> = (0..40).map(|_| requests.enter(get)).collect();
        let there = thread::spawn(move || requests.enter(post)).join().unwrap();
        assert_eq!(shown(requests), [("GET", 40), ("POST", 1)]);
        thread::scope(|scope| {
            for request in here {
                scope.spawn(|| drop(request));
            }
        });
        drop(there);
        assert_eq!(shown(requests), [("GET", 0), ("POST", 0)]);
    }

    #[test]
    fn a_request_that_is_left_out_is_counted_again() {
        let requests: &'static ActiveRequests = Box::leak(Box::new(ActiveRequests::new()));
        let get = KnownMethod::of(&Method::GET);
        let _scrape = requests.enter(get);
        assert_eq!(requests.without(get, || shown(requests)), [("GET", 0)]);
        assert_eq!(shown(requests), [("GET", 1)]);
        assert!(std::panic::catch_unwind(|| requests.without(get, || panic!("on purpose"))).is_err());
        assert_eq!(shown(requests), [("GET", 1)]);
    }
}
