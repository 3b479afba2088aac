//! A slot that is taken for its next trace while others still look for the one before.

use crate::trace::{Closed, IDS};
use crate::{check, spawn};

#[test]
fn an_older_context_leaves_the_next_trace_alone() {
    for kept in [true, false] {
        check(move |trace| {
            let older = trace.begin(IDS[0]);
            let looks = spawn(trace, move |trace| {
                let Some(mut locked) = trace.slot.lock(older) else { return };
                assert!(!locked.ended() || locked.kept() == kept);
                assert!(!locked.value().recorded.contains(&"next"));
                locked.value().recorded.push("older");
            });
            trace.end(older, 0, |_| kept);
            let next = trace.begin(IDS[1]);
            let records = spawn(trace, move |trace| {
                assert!(trace.open(next));
                assert_eq!(trace.close(next, "next"), (Closed::Recorded, false));
            });
            records.join().unwrap();
            assert_eq!(trace.end(next, 0, |_| !kept), (vec!["next"], !kept));
            looks.join().unwrap();
        });
    }
}

#[test]
fn a_slot_that_a_late_span_freed_begins_anew() {
    check(|trace| {
        let older = trace.begin(IDS[0]);
        let closes = spawn(trace, move |trace| {
            let (closed, freed) = trace.close(older, "late");
            assert_eq!(closed == Closed::HandedOver, freed);
            if freed {
                let next = trace.begin(IDS[1]);
                assert!(trace.open(next));
                assert_eq!(trace.close(next, "next"), (Closed::Recorded, false));
                assert_eq!(trace.end(next, 0, |_| false), (vec!["next"], false));
            }
        });
        trace.end(older, 1, |_| true);
        let id = trace.slot.trace_id(older);
        assert!(id.is_none_or(|id| id == IDS[0]), "{id:?}");
        if let Some(mut locked) = trace.slot.lock(older) {
            assert!(locked.ended() && locked.kept());
            locked.value().recorded.push("older");
        }
        closes.join().unwrap();
    });
}

#[test]
fn an_id_is_whole_or_none() {
    for recorded in [true, false] {
        check(move |trace| {
            let older = trace.begin(IDS[0]);
            let reads = spawn(trace, move |trace| trace.slot.trace_id(older));
            if recorded {
                trace.end(older, 0, |_| true);
            } else {
                trace.slot.end_unrecorded(older);
            }
            let next = trace.begin(IDS[1]);
            assert_eq!(trace.slot.trace_id(next), Some(IDS[1]));
            let id = reads.join().unwrap();
            assert!(id.is_none_or(|id| id == IDS[0]), "{id:?}");
        });
    }
}

#[test]
fn what_is_left_aside_is_one_traces_alone() {
    for recorded in [true, false] {
        check(move |trace| {
            let older = trace.begin(IDS[0]);
            let leaves = spawn(trace, move |trace| {
                trace.slot.aside(older, |away| away.left = Some("older"));
            });
            if recorded {
                trace.end(older, 0, |_| true);
            } else {
                trace.slot.end_unrecorded(older);
            }
            let next = trace.begin(IDS[1]);
            assert!(trace.slot.is_over(older) && !trace.slot.is_over(next));
            let records = spawn(trace, move |trace| {
                let before = trace.slot.aside(next, |away| away.left.replace("next"));
                assert_eq!(before, Some(None));
                assert!(trace.open(next));
                assert_eq!(trace.slot.left_behind(next, |away| away.left), Some(Some("next")));
            });
            assert_ne!(trace.slot.left_behind(older, |away| away.left), Some(Some("next")));
            leaves.join().unwrap();
            records.join().unwrap();
            assert_eq!(trace.slot.left_behind(older, |away| away.left), None);
            assert_eq!(trace.slot.aside(next, |away| away.left), Some(Some("next")));
        });
    }
}
