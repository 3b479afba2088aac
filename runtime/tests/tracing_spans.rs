//! Traced calls as a subscriber of the application sees them: the feature `tracing-spans`.
#![allow(missing_docs, clippy::unused_self, reason = "the methods stand for some that do more")]

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::{Arc, Mutex};

use spanweave::logs::{LevelFilter, Targets};
use spanweave::testing::TestTelemetry;
use spanweave::{Ctx, repo, traced_service};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Instrument, Subscriber, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// A layer of an application, which writes down what it sees, and where.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<String>>);

impl Seen {
    fn text(&self) -> String {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    fn say<S>(&self, what: fmt::Arguments<'_>, spans: &Context<'_, S>)
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let depth = spans.lookup_current().map_or(0, |span| span.scope().count());
        let mut text = self.0.lock().unwrap();
        writeln!(text, "{}{what}", "  ".repeat(depth)).unwrap();
    }
}

/// Fields as text.
#[derive(Default)]
struct Fields(HashMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl<S> Layer<S> for Seen
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, spans: Context<'_, S>) {
        self.say(
            format_args!("{} of {}", attributes.metadata().name(), attributes.metadata().target()),
            &spans,
        );
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, spans: Context<'_, S>) {
        let mut fields = Fields::default();
        record.record(&mut fields);
        for (name, value) in fields.0 {
            self.say(format_args!("{}: {name}={value}", spans.span(id).unwrap().name()), &spans);
        }
    }

    fn on_event(&self, event: &Event<'_>, spans: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.say(format_args!("- {}", fields.0["message"]), &spans);
    }

    fn on_close(&self, id: Id, spans: Context<'_, S>) {
        self.say(format_args!("/{}", spans.span(&id).unwrap().name()), &spans);
    }
}

#[derive(Default)]
struct TaskRepository;

#[repo]
impl TaskRepository {
    pub async fn titles(&self, fails: bool) -> Result<u8, fmt::Error> {
        tracing::info!("looking");
        tokio::task::yield_now().await;
        tracing::info!("found");
        if fails { Err(fmt::Error) } else { Ok(1) }
    }
}

#[derive(Default)]
struct TaskService {
    tasks: TaskRepository,
}

#[traced_service(calls(tasks))]
impl TaskService {
    pub async fn list(&self, fails: bool) -> Result<u8, fmt::Error> {
        self.tasks.titles(fails).await
    }

    pub async fn broken(&self) {
        tokio::task::yield_now().await;
        panic!("on purpose")
    }

    pub async fn for_ever(&self) {
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
async fn the_applications_own_layer_sees_the_tree() {
    let (telemetry, seen) = (TestTelemetry::new(), Seen::default());
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(seen.clone()));
    let service = TaskService::default();
    telemetry.root("nightly").run(service.list(false)).await.unwrap();
    assert_eq!(
        seen.text(),
        "\
nightly of spanweave
  TaskService.list of spanweave
    TaskRepository.titles of spanweave
      - looking
      - found
    TaskRepository.titles: outcome=\"ok\"
    /TaskRepository.titles
  TaskService.list: outcome=\"ok\"
  /TaskService.list
nightly: outcome=\"ok\"
/nightly
"
    );
    assert_eq!(telemetry.span_tree(), "nightly\n  TaskService.list\n    TaskRepository.titles\n");
}

#[tokio::test]
async fn each_end_is_seen_and_leaves_nothing_entered() {
    let (telemetry, seen) = (TestTelemetry::new(), Seen::default());
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(seen.clone()));
    let service = Arc::new(TaskService::default());
    let ends = |text: String| {
        text.lines()
            .filter(|line| line.contains("outcome=") || line.contains("error.type"))
            .fold(String::new(), |ends, line| ends + line.trim() + "\n")
    };

    telemetry.root("failing").try_run(service.list(true)).await.unwrap_err();
    assert_eq!(
        ends(seen.text()).lines().collect::<std::collections::BTreeSet<_>>(),
        [
            "TaskRepository.titles: error.type=\"core::fmt::Error\"",
            "TaskRepository.titles: outcome=\"error\"",
            "TaskService.list: error.type=\"core::fmt::Error\"",
            "TaskService.list: outcome=\"error\"",
            "failing: error.type=\"core::fmt::Error\"",
            "failing: outcome=\"error\"",
        ]
        .into()
    );
    let own = Arc::clone(&service);
    let root = telemetry.root("breaking");
    let joined = tokio::spawn(async move { root.run(own.broken()).await }).await;
    assert!(joined.is_err_and(|error| error.is_panic()));
    assert_eq!(
        ends(seen.text()),
        "TaskService.broken: outcome=\"panicked\"\nbreaking: outcome=\"panicked\"\n"
    );
    tokio::select! {
        biased;
        () = telemetry.root("waiting").run(service.for_ever()) => {}
        () = std::future::ready(()) => {}
    }
    assert_eq!(
        ends(seen.text()),
        "TaskService.for_ever: outcome=\"cancelled\"\nwaiting: outcome=\"cancelled\"\n"
    );
    assert!(tracing::Span::current().is_none());
}

/// The application's subscriber decides, as for any other target.
#[tokio::test]
async fn what_the_subscriber_does_not_want_is_not_there() {
    let (telemetry, seen) = (TestTelemetry::new(), Seen::default());
    let levels = Targets::new().with_target("spanweave", LevelFilter::WARN).with_default(LevelFilter::TRACE);
    let _guard = tracing::subscriber::set_default(
        tracing_subscriber::registry().with(seen.clone().with_filter(levels)),
    );
    telemetry.root("nightly").run(TaskService::default().list(false)).await.unwrap();
    assert_eq!(seen.text(), "- looking\n- found\n");
}

/// Both ways at once: neither sees its own spans come back.
#[tokio::test]
async fn spans_do_not_go_round() {
    let (telemetry, seen) = (TestTelemetry::new(), Seen::default());
    let everything = Targets::new().with_default(LevelFilter::TRACE);
    let nesting = telemetry.logs().writer(std::io::sink()).spans(everything).layer().unwrap();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(nesting).with(seen.clone()));
    // A call belongs to what is entered where it is made, and so it is made in the future that is instrumented.
    let work = async {
        let made_inside = async { TaskService::default().list(false).await };
        made_inside.instrument(info_span!("theirs")).await.unwrap();
    };
    telemetry.root("nightly").run(work).await;
    assert_eq!(
        telemetry.span_tree(),
        "nightly\n  theirs\n    TaskService.list\n      TaskRepository.titles\n"
    );
    assert_eq!(seen.text().matches(" of ").count(), 4);
}

/// A layer that panics wherever it is called for one of our spans, but where it is made.
struct Broken;

impl<S: Subscriber> Layer<S> for Broken {
    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        panic!("at the start of a poll");
    }

    fn on_exit(&self, _: &Id, _: Context<'_, S>) {
        panic!("at the end of a poll");
    }

    fn on_record(&self, _: &Id, _: &Record<'_>, _: Context<'_, S>) {
        panic!("at the end");
    }

    fn on_close(&self, _: Id, _: Context<'_, S>) {
        panic!("after the end");
    }
}

#[tokio::test]
async fn a_subscriber_that_panics_takes_neither_the_call_nor_the_process_with_it() {
    let telemetry = TestTelemetry::new();
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(Broken));
    let root = telemetry.root("works").run(TaskRepository.titles(false));
    assert_eq!(root.await.unwrap(), 1);
    let panicking =
        std::panic::AssertUnwindSafe(|| telemetry.root("panics").in_scope(|_| panic!("of its own")));
    std::panic::catch_unwind(panicking).unwrap_err();
    assert_eq!(Ctx::current(), Ctx::none());
    assert_eq!(
        telemetry.span_tree(),
        "\
works
  TaskRepository.titles
panics [panicked]
"
    );
}
