//! The hand-over under loom: what threads put in while it closes is collected, refused, or found afterwards, and only once.
//!
//! `runtime/src/handover.rs` is compiled as it stands, on the primitives of [`sync`].

use std::sync::Arc;

use loom::thread::{self, JoinHandle};

use crate::handover::HandOver;

#[path = "../../../runtime/src/handover.rs"]
mod handover;
#[path = "../sync.rs"]
mod sync;

/// An outbox has the numbers of what was put in.
type Shared = Arc<HandOver<Vec<u32>, 2>>;

/// A thread that does not wait is interrupted at most so often: without a bound this takes hours.
const PREEMPTIONS: usize = 3;

fn check(model: fn(&Shared)) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(PREEMPTIONS);
    builder.check(move || model(&Arc::new(HandOver::new())));
}

/// Puts items into the outbox of `thread`; returns those that were refused.
fn spawn(shared: &Shared, thread: usize, items: &'static [u32]) -> JoinHandle<Vec<u32>> {
    let shared = Arc::clone(shared);
    let refused = move |item: &u32| shared.put(thread, |outbox| outbox.push(*item)).is_none();
    thread::spawn(move || items.iter().copied().filter(refused).collect())
}

fn take(shared: &Shared) -> Vec<u32> {
    let mut taken = Vec::new();
    shared.take(&mut Vec::new(), |outbox| taken.append(outbox));
    taken
}

/// What is counted as lost, as a scrape does it.
fn leftovers(shared: &Shared) -> Vec<u32> {
    if shared.is_finished() { take(shared) } else { Vec::new() }
}

fn assert_each_once(parts: &[Vec<u32>; 4], count: u32) {
    let mut all = parts.concat();
    all.sort_unstable();
    assert_eq!(all, (0..count).collect::<Vec<_>>());
}

#[test]
fn two_threads_put_in_while_a_third_finishes() {
    check(|shared| {
        let (first, second) = (spawn(shared, 0, &[0, 1]), spawn(shared, 1, &[2]));
        let taken = take(shared);
        shared.finish();
        let (first, second) = (first.join().unwrap(), second.join().unwrap());
        assert_each_once(&[taken, first, second, leftovers(shared)], 3);
    });
}

#[test]
fn two_threads_share_an_outbox() {
    check(|shared| {
        let (first, second) = (spawn(shared, 0, &[0]), spawn(shared, 0, &[1]));
        shared.close();
        let taken = take(shared);
        shared.finish();
        let (first, second) = (first.join().unwrap(), second.join().unwrap());
        assert_each_once(&[taken, first, second, leftovers(shared)], 2);
    });
}

#[test]
fn a_scrape_that_comes_too_early_counts_nothing_twice() {
    check(|shared| {
        let refused = spawn(shared, 0, &[0, 1]);
        let scraping = Arc::clone(shared);
        let scrape = thread::spawn(move || leftovers(&scraping));
        let taken = take(shared);
        shared.finish();
        let (refused, scraped) = (refused.join().unwrap(), scrape.join().unwrap());
        assert_each_once(&[taken, refused, scraped, leftovers(shared)], 2);
    });
}
