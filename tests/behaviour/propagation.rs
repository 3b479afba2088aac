//! A trace goes on in other processes: what is written to headers and metadata, and what is read from them.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use opentelemetry::propagation::{Extractor, Injector};
use spanweave::propagate::{ExtractFrom, InjectInto, extract};
use spanweave::testing::{KeptSpans, TestTelemetry};
use spanweave::{Ctx, InCtx, Keep, Propagators, Telemetry};

use crate::app::{TaskRepository, TaskService};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

type Metadata = HashMap<String, String>;

/// What another service sends.
fn sent(flags: &str) -> Metadata {
    let headers = [
        ("traceparent", format!("00-{TRACE}-{SPAN}-{flags}")),
        ("tracestate", "congo=t61rcWkgMzE, rojo=00f067aa0ba902b7".to_owned()),
        ("baggage", "tenant=Z%C3%BCrich;since=2019, no member".to_owned()),
    ];
    headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn injected(ctx: Ctx) -> Metadata {
    let mut metadata = Metadata::new();
    ctx.inject(&mut metadata);
    metadata
}

#[tokio::test]
async fn a_job_goes_on_with_the_trace_that_enqueued_it() {
    let telemetry = TestTelemetry::new();
    let service = TaskService::default();
    let mut metadata = Metadata::new();
    telemetry
        .root("POST /api/orders/")
        .run(async {
            assert!(Ctx::current().set_baggage("tenant", "Zürich"));
            Ctx::current().inject(&mut metadata);
        })
        .await;
    let job = telemetry.root("order").under(extract(&metadata)).try_run(async {
        assert_eq!(Ctx::current().baggage("tenant").as_deref(), Some("Zürich"));
        service.list_tasks(1).await
    });
    job.await.unwrap();
    assert_eq!(
        telemetry.span_tree(),
        "\
POST /api/orders/
  order
    TaskService.list_tasks
      ResidenceRepository.ids_for_user
      TaskRepository.for_residences
"
    );
    let remote = |span: &opentelemetry_sdk::trace::SpanData| (span.name.clone(), span.parent_span_is_remote);
    let remote: HashMap<_, _> = telemetry.spans().iter().map(remote).collect();
    assert!(remote["order"] && !remote["POST /api/orders/"] && !remote["TaskService.list_tasks"]);
    assert!(!format!("{:?}{}", telemetry.spans(), telemetry.metrics_text()).contains("rich"));
}

#[test]
fn what_others_carry_is_passed_on() {
    let telemetry = TestTelemetry::new();
    for flags in ["01", "00", "ff"] {
        let root = telemetry.root("job").under(extract(&sent(flags)));
        let (span, out) = root.in_scope(|ctx| (ctx.span_id().unwrap(), injected(ctx)));
        let flag = if flags == "00" { "00" } else { "01" };
        assert_eq!(out["traceparent"], format!("00-{TRACE}-{span}-{flag}"));
        assert_eq!(out["tracestate"], "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7");
        assert_eq!(out["baggage"], "tenant=Z%C3%BCrich;since=2019");
    }
    let spans = telemetry.spans();
    assert_eq!(spans.len(), 2, "one was not sampled");
    for span in spans {
        assert_eq!(span.span_context.trace_id().to_string(), TRACE);
        assert_eq!(span.parent_span_id.to_string(), SPAN);
        assert_eq!(span.span_context.trace_state().header(), "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7");
    }
}

#[tokio::test]
async fn every_span_of_a_trace_has_what_others_wrote_of_it() {
    let telemetry = TestTelemetry::new();
    let service = TaskService::default();
    let (go, wait) = tokio::sync::oneshot::channel::<()>();
    let mut late = None;
    let root = telemetry.root("job").under(extract(&sent("01"))).run(async {
        let after_the_root = async {
            let call = TaskRepository.for_residences(&[1]);
            wait.await.unwrap();
            call.await.unwrap();
        };
        late = Some(tokio::spawn(after_the_root.in_ctx(Ctx::current())));
        service.list_tasks(1).await.unwrap();
        let open = service.slowly();
        let _cancelled = tokio::time::timeout(Duration::from_millis(1), open).await;
    });
    root.await;
    telemetry.root("another").in_scope(|_| {});
    go.send(()).unwrap();
    late.unwrap().await.unwrap();
    let states: Vec<_> = telemetry
        .spans()
        .iter()
        .map(|span| (span.name.to_string(), span.span_context.trace_state().header()))
        .collect();
    assert_eq!(states.len(), 8, "{states:?}");
    for (name, state) in states {
        let expected = if name == "another" { "" } else { "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7" };
        assert_eq!(state, expected, "{name}");
    }
}

#[test]
fn a_trace_of_which_nothing_is_recorded_says_so_to_others() {
    let nothing = Telemetry::builder().sampling_ratio(0.0).keep(Keep::nothing());
    let handles = [
        nothing.exporter(KeptSpans::new()).build().unwrap(),
        Telemetry::builder().sampling_ratio(0.0).exporter(KeptSpans::new()).build().unwrap(),
        Telemetry::builder().build().unwrap(),
    ];
    for telemetry in handles {
        let (ids, out) = telemetry.root("job").in_scope(|ctx| {
            assert!(ctx.set_baggage("tenant", "7"));
            ((ctx.trace_id().unwrap(), ctx.span_id().unwrap()), injected(ctx))
        });
        assert_eq!(out["traceparent"], format!("00-{}-{}-00", ids.0, ids.1));
        assert_eq!(out["baggage"], "tenant=7");
        assert_eq!(out.get("tracestate"), None);
    }
}

#[test]
fn outside_a_trace_nothing_is_written() {
    let telemetry = TestTelemetry::new();
    let forgotten = telemetry.root("forgotten").in_scope(|ctx| ctx);
    for _ in 0..5_000 {
        telemetry.root("other").in_scope(|_| {});
    }
    for ctx in [Ctx::none(), forgotten] {
        assert_eq!(injected(ctx), Metadata::new());
        assert!(!ctx.set_baggage("tenant", "7"));
        assert_eq!(ctx.baggage("tenant"), None);
    }
}

#[test]
fn what_was_spawned_finds_it_after_the_root_has_ended() {
    let telemetry = TestTelemetry::new();
    let ctx = telemetry.root("job").under(extract(&sent("01"))).in_scope(|ctx| ctx);
    let spawned = std::thread::spawn(move || {
        assert!(ctx.set_baggage("late", "1"));
        (injected(ctx), ctx.baggage("tenant"))
    });
    let (out, tenant) = spawned.join().unwrap();
    assert_eq!(out["tracestate"], "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7");
    assert_eq!(out["baggage"], "tenant=Z%C3%BCrich;since=2019,late=1");
    assert_eq!(tenant.as_deref(), Some("Zürich"));
}

#[test]
fn baggage_is_the_whole_traces_and_bounded() {
    let telemetry = TestTelemetry::new();
    telemetry.root("job").in_scope(|ctx| {
        std::thread::spawn(move || assert!(ctx.set_baggage("tenant", "7"))).join().unwrap();
        assert!(ctx.set_baggage("tenant", "8") && !ctx.set_baggage("no token", "1"));
        assert_eq!(ctx.baggage("tenant").as_deref(), Some("8"));
        let set = (0..100).filter(|number| ctx.set_baggage(&format!("key{number}"), "")).count();
        assert_eq!(set, 63);
        assert!(!ctx.set_baggage("tenant", &"x".repeat(10_000)));
        assert_eq!(ctx.baggage("tenant").as_deref(), Some("8"));
        telemetry.root("other").in_scope(|other| assert_eq!(other.baggage("tenant"), None));
    });
}

/// It would find no room in the process if what is replaced, or carried by traces that are over, went on counting.
#[test]
fn what_is_carried_counts_for_as_long_as_it_is_there() {
    let telemetry = TestTelemetry::new();
    let value = "x".repeat(8_000);
    telemetry.root("job").in_scope(|ctx| assert!((0..3_000).all(|_| ctx.set_baggage("k", &value))));
    for _ in 0..3_000 {
        telemetry.root("job").in_scope(|ctx| assert!(ctx.set_baggage("k", &value)));
    }
}

/// Writes to a carrier, and reads it again.
fn round_trip<C: InjectInto + ExtractFrom + ?Sized>(carrier: &mut C) {
    let telemetry = TestTelemetry::new();
    let ids = telemetry.root("job").under(extract(&sent("01"))).in_scope(|ctx| {
        ctx.inject(carrier);
        ctx.inject(carrier);
        (ctx.trace_id(), ctx.span_id())
    });
    let read = extract(carrier);
    assert_eq!((read.trace_id(), read.span_id(), read.is_sampled()), (ids.0, ids.1, true));
    assert_eq!(read.baggage("tenant").as_deref(), Some("Zürich"));
    let said = format!("{read:?}");
    assert!(said.contains(TRACE) && !said.contains("rich"), "{said}");

    // A trace of its own, in what was written before.
    telemetry.root("another").in_scope(|ctx| ctx.inject(carrier));
    assert_eq!(carrier.values("traceparent").count(), 1);
    assert_ne!(extract(carrier).trace_id(), ids.0);
    for stale in ["tracestate", "baggage"] {
        assert!(carrier.values(stale).all(<[u8]>::is_empty), "{stale} of another trace");
    }
}

#[test]
fn a_handle_without_propagators_writes_nothing() {
    let telemetry = Telemetry::builder().propagators(Propagators::none()).build().unwrap();
    let out = telemetry.root("job").in_scope(|ctx| {
        assert!(ctx.set_baggage("tenant", "7"));
        injected(ctx)
    });
    assert_eq!(out, Metadata::new());
}

#[test]
fn any_carrier_will_do() {
    round_trip(&mut HeaderMap::new());
    round_trip(&mut HashMap::<String, String>::new());
    round_trip(&mut BTreeMap::<String, String>::new());
    round_trip(&mut Vec::<(String, String)>::new());
    let (mut headers, mut metadata) = (HeaderMap::new(), Metadata::new());
    headers.insert("traceparent", HeaderValue::from_static("of another"));
    metadata.insert("Traceparent".to_owned(), "of another".to_owned());
    round_trip(&mut headers);
    round_trip(&mut metadata);
}

#[test]
fn opentelemetrys_carriers_will_do() {
    let telemetry = TestTelemetry::new();
    let mut metadata = Metadata::new();
    let ids = telemetry.root("job").in_scope(|ctx| {
        ctx.inject(&mut metadata as &mut dyn Injector);
        (ctx.trace_id(), ctx.span_id())
    });
    let read = extract(&metadata as &dyn Extractor);
    assert_eq!((read.trace_id(), read.span_id()), ids);
}

#[test]
fn what_is_not_valid_starts_a_new_trace() {
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let twice = vec![pair("traceparent", &parent), pair("Traceparent", &parent), pair("tracestate", "a=1")];
    let malformed = vec![pair("traceparent", &parent.to_uppercase()), pair("tracestate", "a=1")];
    let telemetry = TestTelemetry::new();
    for carrier in [twice, malformed, vec![pair("tracestate", "a=1")]] {
        let out = telemetry.root("job").under(extract(&carrier)).in_scope(injected);
        assert!(!out["traceparent"].contains(TRACE) && !out.contains_key("tracestate"), "{out:?}");
    }
    let padded = vec![pair("TRACEPARENT", &format!("\t {parent} "))];
    assert_eq!(extract(&padded).trace_id().unwrap().to_string(), TRACE);
}

#[test]
fn a_batch_has_links_to_where_its_jobs_were_enqueued() {
    let telemetry = TestTelemetry::new();
    let enqueue = |_| telemetry.root("enqueue").in_scope(injected);
    let jobs: Vec<Metadata> = (0..130).map(enqueue).chain([Metadata::new()]).collect();
    let ctx = telemetry.root("batch").linked_to([extract(&sent("00"))]).linked_to(jobs.iter().map(extract));
    let trace_id = ctx.in_scope(Ctx::trace_id);
    let spans = telemetry.spans();
    let batch = spans.iter().find(|span| span.name == "batch").unwrap();
    assert_eq!(Some(batch.span_context.trace_id()), trace_id);
    assert_eq!((batch.links.len(), batch.links.dropped_count), (128, 3));
    let first = &batch.links[0].span_context;
    assert_eq!((first.trace_id().to_string().as_str(), first.span_id().to_string().as_str()), (TRACE, SPAN));
    assert_eq!(first.trace_state().header(), "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7");
    assert!(first.is_remote() && !first.is_sampled());
    let enqueued = spans.iter().filter(|span| span.name == "enqueue");
    let enqueued: Vec<_> = enqueued.map(|span| span.span_context.span_id()).take(127).collect();
    let linked: Vec<_> = batch.links[1..].iter().map(|link| link.span_context.span_id()).collect();
    assert_eq!(linked, enqueued);
    assert_eq!(injected(Ctx::none()), Metadata::new());
}

#[test]
fn a_link_to_ones_own_trace_is_not_remote() {
    let telemetry = TestTelemetry::new();
    let enqueued = telemetry.root("enqueue").in_scope(|ctx| ctx);
    telemetry.root("linked").linked_to([enqueued]).in_scope(|_| {});
    telemetry.root("under").under(enqueued).in_scope(|_| {});
    let spans = telemetry.spans();
    assert!(!spans[1].links[0].span_context.is_remote());
    assert!(!spans[2].parent_span_is_remote);
    assert_eq!(telemetry.span_tree(), "enqueue\n  under\nlinked\n");
}
