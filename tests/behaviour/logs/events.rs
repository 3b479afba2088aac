//! Log events as events of the spans they happen in.

use opentelemetry::Value;
use spanweave::testing::{KeptSpans, TestTelemetry};
use spanweave::{Ctx, Keep, SpanLimits, Telemetry, traced_service};
use tracing::Level;

use super::{Log, PATIENCE};

struct Greeter;

#[traced_service]
impl Greeter {
    pub async fn greet(&self) {
        tracing::info!(times = 2_u64, polite = true, "greeting");
        tokio::task::yield_now().await;
        tracing::debug!("below the level");
        tracing::warn!(target: "people", name = ?"Ada", "greeted");
    }
}

fn with_events(telemetry: &Telemetry) -> Log {
    Log::with(telemetry, |logs| logs.span_events(Level::INFO))
}

#[tokio::test]
async fn an_event_belongs_to_the_call_it_happens_in() {
    let telemetry = TestTelemetry::new();
    let _log = with_events(&telemetry);
    telemetry
        .root("nightly")
        .run(async {
            tracing::info!("first");
            Greeter.greet().await;
            tracing::info!("last");
        })
        .await;
    assert_eq!(
        telemetry.span_tree_with_events(),
        "\
nightly
  - first
  - last
  Greeter.greet
    - greeting
    - greeted
"
    );
    let spans = telemetry.spans();
    let call = spans.iter().find(|span| span.name == "Greeter.greet").unwrap();
    let [greeting, greeted] = &call.events[..] else { panic!("{:?}", call.events) };
    let attributes = |event: &opentelemetry::trace::Event| -> Vec<(String, Value)> {
        event.attributes.iter().map(|found| (found.key.to_string(), found.value.clone())).collect()
    };
    let text = |key: &str, value: &'static str| (key.to_owned(), Value::from(value));
    assert_eq!(
        attributes(greeting),
        [
            text("level", "info"),
            text("target", "behaviour::logs::events"),
            ("times".to_owned(), 2_i64.into()),
            ("polite".to_owned(), true.into())
        ]
    );
    assert_eq!(
        attributes(greeted),
        [text("level", "warn"), text("target", "people"), text("name", "\"Ada\"")]
    );
    let times = [call.start_time, greeting.timestamp, greeted.timestamp, call.end_time];
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn without_being_asked_for_nothing_leaves() {
    let telemetry = TestTelemetry::new();
    let log = Log::of(&telemetry);
    telemetry.root("work").in_scope(|_| tracing::error!("a secret"));
    assert!(log.text().contains("a secret"));
    assert_eq!(telemetry.span_tree_with_events(), "work\n");
}

#[test]
fn a_span_has_so_many_events_and_counts_the_others() {
    let telemetry = TestTelemetry::new();
    let _log = with_events(&telemetry);
    telemetry.root("work").in_scope(|_| {
        for number in 0..200 {
            tracing::info!("event {number}");
        }
        tracing::info!(long = "a".repeat(10_000), "long");
    });
    let spans = telemetry.spans();
    assert_eq!((spans[0].events.len(), spans[0].events.dropped_count), (128, 73));
    assert_eq!((&*spans[0].events[0].name, &*spans[0].events[127].name), ("event 0", "event 127"));
}

#[test]
fn the_texts_of_an_event_are_bounded() {
    let telemetry = TestTelemetry::new();
    let _log = with_events(&telemetry);
    telemetry.root("work").in_scope(|_| tracing::info!(long = "a".repeat(10_000), "{}", "b".repeat(10_000)));
    let spans = telemetry.spans();
    let event = &spans[0].events[0];
    let texts: usize = event.attributes[2..].iter().map(|attribute| attribute.value.as_str().len()).sum();
    assert_eq!(event.name.len() + texts, 4_096);
}

#[test]
fn the_limit_of_a_spans_texts_is_that_of_its_events() {
    let kept = KeptSpans::new();
    let builder = Telemetry::builder().sampling_ratio(1.0).exporter(kept.clone());
    let telemetry = builder.limits(SpanLimits::default().attribute_length(4)).build().unwrap();
    let _log = with_events(&telemetry);
    telemetry.root("work").in_scope(|_| tracing::info!(field = "straße", "a message"));
    assert!(telemetry.flush(PATIENCE));
    let event = &kept.spans()[0].events[0];
    let texts: Vec<_> = event.attributes.iter().map(|attribute| attribute.value.as_str()).collect();
    assert_eq!((&*event.name, &texts[..]), ("a message", &["info".into(), "beha".into(), "stra".into()][..]));
}

#[test]
fn events_of_other_threads_and_of_late_spans_find_theirs() {
    let telemetry = TestTelemetry::new();
    let log = with_events(&telemetry);
    let dispatch = tracing::dispatcher::get_default(Clone::clone);
    let mut late = None;
    telemetry.root("work").in_scope(|ctx| {
        let elsewhere = || ctx.enter(|| tracing::info!("elsewhere"));
        std::thread::scope(|scope| {
            let with_log = || tracing::dispatcher::with_default(&dispatch, elsewhere);
            scope.spawn(with_log).join().unwrap();
        });
        let mut call = Box::pin(Greeter.greet());
        assert!(Future::poll(call.as_mut(), &mut noop()).is_pending());
        late = Some(call);
    });
    assert!(Future::poll(late.unwrap().as_mut(), &mut noop()).is_ready());
    Ctx::none().enter(|| tracing::info!("in no trace"));
    assert_eq!(
        telemetry.span_tree_with_events(),
        "\
work
  - elsewhere
  Greeter.greet
    - greeting
    - greeted
"
    );
    assert_eq!(log.text().lines().count(), 4);
}

fn noop() -> std::task::Context<'static> {
    std::task::Context::from_waker(std::task::Waker::noop())
}

/// They wait in memory like the trace's spans, and go with them.
#[test]
fn a_trace_that_is_kept_has_its_events() {
    let kept = KeptSpans::new();
    let telemetry = Telemetry::builder()
        .sampling_ratio(0.0)
        .keep(Keep::default())
        .exporter(kept.clone())
        .build()
        .unwrap();
    let _log = with_events(&telemetry);
    telemetry.root("fine").in_scope(|_| tracing::info!("fine"));
    let failed = telemetry.root("failed").try_run(async {
        tracing::info!("failing");
        Err::<(), ()>(())
    });
    assert!(Future::poll(Box::pin(failed).as_mut(), &mut noop()).is_ready());
    assert!(telemetry.flush(PATIENCE));
    let spans = kept.spans();
    let shown: Vec<_> = spans.iter().map(|span| (&*span.name, &*span.events[0].name)).collect();
    assert_eq!(shown, [("failed", "failing")]);
}

/// Neither what spanweave says of itself, nor its access lines, which say what the span says.
#[test]
fn what_spanweave_says_is_no_event_of_a_span() {
    let telemetry = TestTelemetry::new();
    let log = with_events(&telemetry);
    telemetry.root("work").in_scope(|_| {
        tracing::warn!(target: "spanweave::telemetry::export", "ours");
        tracing::warn!(target: "spanweave", "ours");
        tracing::warn!(target: "spanweave_of_somebody_else", "theirs");
    });
    assert_eq!(telemetry.span_tree_with_events(), "work\n  - theirs\n");
    assert_eq!(log.text().lines().count(), 3);
}
