//! The end of a root, while spans of its trace open and close on other threads.

use crate::trace::{Closed, Event, IDS};
use crate::{check, spawn};

#[test]
fn a_span_on_another_thread_is_seen_once() {
    for kept in [true, false] {
        check(move |trace| {
            let generation = trace.begin(IDS[0]);
            let elsewhere = spawn(trace, move |trace| {
                ["one", "another"]
                    .map(|span| (span, trace.open(generation).then(|| trace.close(generation, span).0)))
            });
            let (taken, _) = trace.end(generation, 0, |_| kept);
            for (span, closed) in elsewhere.join().unwrap() {
                let times = taken.iter().filter(|taken| **taken == span).count();
                assert_eq!(times, usize::from(closed == Some(Closed::Recorded)));
                match closed {
                    Some(Closed::Recorded) => {}
                    Some(Closed::HandedOver) => assert!(kept),
                    Some(Closed::LeftOut) | None => assert!(!kept),
                    Some(Closed::Forgotten) => panic!("the slot was not taken again"),
                }
            }
            let freed = trace.events().iter().filter(|event| **event == Event::Freed).count();
            assert_eq!(freed, 1);
        });
    }
}

#[test]
fn the_last_of_two_open_spans_frees_the_slot() {
    check(|trace| {
        let generation = trace.begin(IDS[0]);
        // Whoever frees the slot has it, and may begin the next trace in it at once.
        let closers = ["one", "other"].map(|span| {
            spawn(trace, move |trace| {
                let (closed, freed) = trace.close(generation, span);
                if freed {
                    trace.begin(IDS[1]);
                }
                (span, closed)
            })
        });
        let (taken, _) = trace.end(generation, 2, |_| true);
        for closer in closers {
            let (span, closed) = closer.join().unwrap();
            assert_eq!(closed == Closed::Recorded, taken.contains(&span));
            assert_ne!(closed, Closed::Forgotten);
        }
        let events = trace.events();
        let freed = events.iter().position(|event| *event == Event::Freed);
        assert_eq!((events.len(), freed), (4, Some(3)), "{events:?}");
    });
}

#[test]
fn a_late_span_finds_what_the_root_has_decided() {
    check(|trace| {
        let generation = trace.begin(IDS[0]);
        // A trace is kept for what is recorded in it.
        let noticed = spawn(trace, move |trace| {
            if trace.open(generation) {
                trace.close(generation, "noticed");
            }
        });
        let late = spawn(trace, move |trace| {
            let locked = trace.slot.lock(generation).expect("the slot was not taken again");
            locked.ended().then(|| locked.kept())
        });
        let (taken, kept) = trace.end(generation, 0, |recorded| !recorded.is_empty());
        assert_eq!(kept, taken == ["noticed"]);
        noticed.join().unwrap();
        if let Some(found) = late.join().unwrap() {
            assert_eq!(found, kept);
        }
    });
}
