//! What the rules say of a trace.

use std::time::Duration;

use super::{Decision, Keep, Keeping, KeptFor, LeftOut};
use crate::buffer::{Noticed, SpanBuffer};
use crate::clock::{self, Ticks};
use crate::outbox::TraceEnd;
use crate::outcome::Outcome;
use crate::record::SpanRecord;
use crate::telemetry::named_root;

const QUICK: Duration = Duration::from_millis(10);
const FAILED: Outcome = Outcome::Error("AppError");
/// Halfway up the ids: a rate of more than a half keeps it.
const MIDDLE: u128 = u64::MAX as u128 / 2;

fn span(name: &'static str, outcome: Outcome, took: Duration) -> SpanRecord {
    let nanos = u64::try_from(took.as_nanos()).unwrap();
    let end = Ticks::at(clock::ticks_within(nanos) + 1);
    SpanRecord { id: 1, parent: 0, start: Ticks::NONE, end, site: named_root(name), outcome }
}

fn choose(rules: Keep, outcomes: &[Outcome], took: Duration) -> Option<Decision> {
    let (root, others) = outcomes.split_first().unwrap();
    let mut buffer = SpanBuffer::default();
    for outcome in others {
        buffer.push(span("other", *outcome, QUICK));
    }
    Keeping::new(rules).choose(MIDDLE, &span("root", *root, took), &buffer)
}

fn rate(rules: Keep, outcomes: &[Outcome]) -> f64 {
    let spans: Vec<_> = outcomes.iter().map(|outcome| span("root", *outcome, QUICK)).collect();
    let noticed = outcomes.iter().fold(Noticed::default(), |noticed, outcome| noticed.and(*outcome));
    let end = TraceEnd { kept_for: KeptFor::Ratio, noticed, lost: 0, repeated: None };
    Keeping::new(rules).rate(&spans, end)
}

#[test]
fn by_default_what_failed_or_was_slow_is_kept() {
    let kept = |outcomes: &[Outcome], took| choose(Keep::default(), outcomes, took);
    assert_eq!(kept(&[Outcome::Ok], QUICK), None);
    assert_eq!(kept(&[Outcome::Ok, FAILED], QUICK), Some(Ok(KeptFor::Error)));
    assert_eq!(kept(&[Outcome::Cancelled], QUICK), Some(Ok(KeptFor::Cancellation)));
    assert_eq!(kept(&[FAILED, Outcome::Panicked], QUICK), Some(Ok(KeptFor::Panic)));
    assert_eq!(kept(&[Outcome::Ok], Duration::from_secs(1)), Some(Ok(KeptFor::Slowness)));
    assert_eq!(kept(&[Outcome::Ok], Duration::from_millis(999)), None);
    assert_eq!(kept(&[Outcome::Ok, Outcome::Error("row_not_found")], QUICK), None);
}

#[test]
fn a_rule_that_is_off_keeps_nothing() {
    let all = [FAILED, Outcome::Panicked, Outcome::Cancelled];
    assert_eq!(choose(Keep::nothing(), &all, Duration::from_mins(1)), None);
    assert!(!Keeping::new(Keep::nothing()).keeps_any);
    assert!(!Keeping::new(Keep::nothing().slower_than(QUICK).slow(0.0)).keeps_any);
    assert!(!Keeping::new(Keep::default().per_second(0)).keeps_any);
    let cancellations = Keep::nothing().cancellations(1.0);
    assert_eq!(choose(cancellations, &all, QUICK), Some(Ok(KeptFor::Cancellation)));
}

#[test]
fn errors_that_do_not_count_hide_none_that_does() {
    let rules = || Keep::nothing().errors(1.0).except_errors(["not_found".to_owned(), "AppError".to_owned()]);
    assert_eq!(choose(rules(), &[FAILED, Outcome::Error("not_found")], QUICK), None);
    let broken = [Outcome::Error("500"), FAILED, Outcome::Error("not_found")];
    assert_eq!(choose(rules(), &broken, QUICK), Some(Ok(KeptFor::Error)));
    let deep = [FAILED, Outcome::Error("not_found"), Outcome::Error("io")];
    assert_eq!(choose(rules(), &deep, QUICK), Some(Ok(KeptFor::Error)));
}

#[test]
fn a_trace_that_one_rule_leaves_out_is_kept_by_another() {
    let rules = || Keep::nothing().errors(0.4).cancellations(0.6);
    assert_eq!(choose(rules(), &[FAILED], QUICK), Some(Err(LeftOut::Rate)));
    assert_eq!(choose(rules(), &[FAILED, Outcome::Cancelled], QUICK), Some(Ok(KeptFor::Cancellation)));
    assert_eq!(choose(rules().errors(0.7), &[FAILED], QUICK), Some(Ok(KeptFor::Error)));
}

#[test]
fn the_rate_of_a_trace_is_the_highest_of_the_rules_that_hold() {
    let rules = || Keep::nothing().errors(0.25).cancellations(0.5).except_errors(["not_found"]);
    let rates = [
        (&[Outcome::Ok][..], 0.0),
        (&[FAILED], 0.25),
        (&[FAILED, Outcome::Cancelled], 0.5),
        (&[Outcome::Error("not_found")], 0.0),
    ];
    for (outcomes, expected) in rates {
        assert!((rate(rules(), outcomes) - expected).abs() < f64::EPSILON, "{outcomes:?}");
    }
}

#[test]
fn a_root_may_have_rules_of_its_own() {
    let uploads = Keep::nothing().errors(1.0).slower_than(Duration::from_secs(30));
    let keeping = Keeping::new(Keep::default().root("upload", uploads).root("health", Keep::nothing()));
    let choose =
        |name, outcome, took| keeping.choose(MIDDLE, &span(name, outcome, took), &SpanBuffer::default());
    let slow = Duration::from_secs(2);
    assert_eq!(choose("download", Outcome::Ok, slow), Some(Ok(KeptFor::Slowness)));
    assert_eq!(choose("upload", Outcome::Ok, slow), None);
    assert_eq!(choose("upload", Outcome::Cancelled, slow), None);
    assert_eq!(choose("upload", FAILED, slow), Some(Ok(KeptFor::Error)));
    assert_eq!(choose("health", FAILED, slow), None);
}

#[test]
fn rules_are_shown_in_a_line() {
    let rules = Keep::default().cancellations(0.1).root("health", Keep::nothing());
    assert_eq!(
        rules.to_string(),
        "panics 1, errors 1 except row_not_found, cancellations 0.1, slower than 1s 1, at most 100 a second; \
         health: panics 0, errors 0, cancellations 0"
    );
}
