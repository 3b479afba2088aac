//! Spans that other crates open with `tracing`, in our traces.

use spanweave::logs::{LevelFilter, Targets};
use spanweave::testing::TestTelemetry;
use spanweave::{Ctx, Telemetry, traced_service};
use tracing::field::Empty;
use tracing::{Instrument, Level, info_span, span};
use tracing_subscriber::layer::SubscriberExt;

use super::Log;

struct Greeter;

#[traced_service]
impl Greeter {
    pub async fn greet(&self) {
        tokio::task::yield_now().await;
    }

    pub async fn through_a_library(&self) {
        library().await;
    }
}

/// A crate that knows nothing of us.
async fn library() {
    let inner = async {
        Greeter.greet().await;
        info_span!(target: "library", "leaf").in_scope(|| ());
    };
    inner.instrument(info_span!(target: "library", "request", id = 7)).await;
}

fn nesting(telemetry: &Telemetry) -> Log {
    let targets = Targets::new().with_target("library", LevelFilter::INFO);
    Log::with(telemetry, |logs| logs.spans(targets))
}

#[tokio::test]
async fn they_stand_where_they_were_opened_and_have_ours_below() {
    let telemetry = TestTelemetry::new();
    let _log = nesting(&telemetry);
    let work = async {
        Greeter.through_a_library().await;
        let _ignored = info_span!(target: "somebody_else", "other").entered();
        let _below_the_level = span!(target: "library", Level::DEBUG, "debug").entered();
        Greeter.greet().await;
    };
    telemetry.root("work").run(work).await;
    library().await;
    assert_eq!(
        telemetry.span_tree_with(&["target", "id"]),
        "\
work
  Greeter.through_a_library
    request target=library
      Greeter.greet
      leaf target=library
  Greeter.greet
"
    );
}

#[tokio::test]
async fn concurrent_ones_do_not_mix() {
    let telemetry = TestTelemetry::new();
    let _log = nesting(&telemetry);
    let work = async {
        tokio::join!(library(), Greeter.greet(), library());
    };
    telemetry.root("work").run(work).await;
    assert_eq!(
        telemetry.span_tree(),
        "\
work
  request
    Greeter.greet
    leaf
  Greeter.greet
  request
    Greeter.greet
    leaf
"
    );
}

#[test]
fn what_they_say_of_themselves() {
    let telemetry = TestTelemetry::new();
    let targets = Targets::new().with_default(LevelFilter::INFO);
    let _log = Log::with(&telemetry, |logs| logs.spans(targets).span_fields(true));
    telemetry.root("work").in_scope(|_| {
        drop(info_span!("plain", otel.name = "GET /named", number = 1, late = Empty));
        let failed = info_span!("failed", error = Empty, late = Empty);
        failed.record("late", "yes");
        failed.record("error", "no such host");
        drop(info_span!("also failed", otel.status_code = "ERROR"));
        drop(info_span!("not failed", error = false));
    });
    assert_eq!(
        telemetry.span_tree_with(&["number", "late", "error", "otel.name", "otel.status_code"]),
        "\
work
  GET /named number=1
  failed [error: _OTHER] late=yes error=no such host
  also failed [error: _OTHER]
  not failed error=false
"
    );
}

#[test]
fn a_name_in_a_field_is_taken_where_fields_are_shown_only() {
    let telemetry = TestTelemetry::new();
    let _log = nesting(&telemetry);
    telemetry
        .root("work")
        .in_scope(|_| drop(info_span!(target: "library", "plain", otel.name = "GET /s3cr3t")));
    assert_eq!(telemetry.span_tree(), "work\n  plain\n");
}

#[test]
fn parents_that_are_given_hold_and_strange_orders_do_no_harm() {
    let telemetry = TestTelemetry::new();
    let _log = nesting(&telemetry);
    telemetry.root("work").in_scope(|root| {
        let first = info_span!(target: "library", "first");
        let _second = info_span!(target: "library", parent: &first, "second").entered();
        let _nobodys = info_span!(target: "library", parent: None, "in no trace").entered();
        let a = info_span!(target: "library", "a");
        let b = info_span!(target: "library", "b");
        let (in_a, in_b) = (a.enter(), b.enter());
        drop(in_a);
        info_span!(target: "library", "in b").in_scope(|| ());
        drop(in_b);
        drop(info_span!(target: "library", "in second again"));
        assert!(Ctx::current() != root);
    });
    // A guard that outlives the part it was entered in.
    let mut kept = None;
    telemetry.root("more").in_scope(|_| kept = Some(info_span!(target: "library", "kept").entered()));
    telemetry.root("after").in_scope(|after| {
        drop(kept.take());
        assert_eq!(Ctx::current(), after);
    });
    assert!(Ctx::current().is_none());
    assert_eq!(
        telemetry.span_tree(),
        "\
work
  first
    second
      a
      b
        in b
      in second again
more
  kept
after
"
    );
}

#[test]
fn without_being_asked_for_none_nest() {
    let telemetry = TestTelemetry::new();
    let _log = Log::of(&telemetry);
    telemetry.root("work").in_scope(|_| info_span!(target: "library", "request").in_scope(|| ()));
    assert_eq!(telemetry.span_tree(), "work\n");
}

#[test]
fn of_two_layers_one_has_the_span() {
    let telemetry = TestTelemetry::new();
    let targets = Targets::new().with_target("library", LevelFilter::INFO);
    let logs = || telemetry.logs().writer(std::io::sink()).spans(targets.clone());
    let subscriber =
        tracing_subscriber::registry().with(logs().layer().unwrap()).with(logs().layer().unwrap());
    tracing::subscriber::with_default(subscriber, || {
        telemetry.root("work").in_scope(|ctx| {
            info_span!(target: "library", "request").in_scope(|| {
                info_span!(target: "library", "leaf").in_scope(|| ());
            });
            assert_eq!(Ctx::current(), ctx);
        });
    });
    assert_eq!(telemetry.span_tree(), "work\n  request\n    leaf\n");
}
