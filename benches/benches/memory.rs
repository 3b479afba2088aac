//! What telemetry takes of the memory: a hundred million requests, a trace that never ends, and traces that are open.
//!
//! `cargo bench --manifest-path benches/Cargo.toml --bench memory`
#![allow(
    clippy::cast_precision_loss,
    clippy::unused_self,
    reason = "sizes are shown, not counted with, and methods are called for what annotating them costs"
)]

use std::fs;
use std::future::{Future, pending};
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use spanweave::{Ctx, Keep, Telemetry, TelemetryBuilder, repo};
use spanweave_bench::live_bytes::{self, LiveBytesAllocator};
use spanweave_bench::sink::Sink;
use spanweave_bench::workload::TaskService;

#[global_allocator]
static ALLOCATOR: LiveBytesAllocator = LiveBytesAllocator;

struct Repository;

#[repo]
impl Repository {
    pub async fn touch(&self) {}

    pub async fn wait(&self) {
        pending::<()>().await;
    }
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn build(builder: TelemetryBuilder) -> Telemetry {
    builder.build().expect("a bench can make a handle")
}

/// The number in a metric's line.
fn metric(telemetry: &Telemetry, line: &str) -> u64 {
    let text = telemetry.metrics_text();
    let value = text.lines().find_map(|found| found.strip_prefix(line)?.trim().parse().ok());
    value.expect("the metric is always there")
}

/// Kibibytes of the process in physical memory.
fn resident() -> i64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux shows what a process takes");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    kib.expect("VmRSS is a number of kB")
}

const PORTIONS: u64 = 10;
const PORTION: u64 = 10_000_000;

/// Requests under the default rules. One of a hundred is cancelled in the middle, and one leaves a call behind that ends
/// after its root: these take the ways on which something could stay.
fn soak() {
    println!("soak: 100 million requests, a tenth of them sampled, under the default rules");
    println!("{:>10}{:>16}{:>14}{:>18}", "million", "resident KiB", "live KiB", "requests/s");
    let telemetry = build(Telemetry::builder().exporter(Sink));
    let (root, service) = (telemetry.root("GET /tasks"), TaskService::default());
    let mut residents = Vec::new();
    for portion in 1..=PORTIONS {
        let started = Instant::now();
        for number in 0..PORTION {
            match number % 100 {
                0 => assert!(poll(pin!(root.run(Repository.wait()))).is_pending()),
                1 => {
                    let mut left_behind = pin!(Repository.wait());
                    assert!(root.in_scope(|_| poll(left_behind.as_mut())).is_pending());
                }
                _ => {
                    let user = i64::try_from(number).expect("ten million fit");
                    assert!(black_box(poll(pin!(root.run(service.list_tasks(user))))).is_ready());
                }
            }
        }
        let per_second = PORTION as f64 / started.elapsed().as_secs_f64();
        assert!(telemetry.flush(Duration::from_secs(10)), "the sink keeps up");
        residents.push(resident());
        let live = live_bytes::live() as f64 / 1024.0;
        println!("{:>10}{:>16}{live:>14.1}{per_second:>18.0}", 10 * portion, residents[residents.len() - 1]);
    }
    println!("last ten million - first ten million: {} KiB", residents[residents.len() - 1] - residents[0]);
    let exported = metric(&telemetry, r#"spanweave_spans_exported_total{exporter="Sink"}"#);
    let full = metric(&telemetry, r#"spanweave_spans_dropped_total{reason="queue_full",exporter="all"}"#)
        + metric(&telemetry, r#"spanweave_spans_dropped_total{reason="queue_full",exporter="Sink"}"#);
    println!(
        "spans exported {exported}; dropped, because one core makes more than the other exports: {full}"
    );
}

/// Counts what it is given, and finds what the root says of its trace.
#[derive(Clone, Debug, Default)]
struct Counting {
    spans: Arc<AtomicU64>,
    lost: Arc<AtomicU64>,
}

impl SpanExporter for Counting {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.spans.fetch_add(batch.len() as u64, Ordering::Relaxed);
        let attributes = batch.iter().flat_map(|span| &span.attributes);
        for attribute in attributes.filter(|attribute| attribute.key.as_str() == "spanweave.lost_spans") {
            let lost = attribute.value.as_str().parse().expect("the attribute is a number");
            self.lost.store(lost, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// A loop that nobody ends, in one trace.
fn runaway() {
    println!("\nrunaway loop: a million spans in one trace");
    let exporter = Counting::default();
    let telemetry = build(Telemetry::builder().sampling_ratio(1.0).exporter(exporter.clone()));
    let before = live_bytes::live();
    live_bytes::restart_peak();
    let mut open = 0;
    let million = telemetry.root("runaway").run(async {
        for _ in 0..1_000_000 {
            Repository.touch().await;
        }
        open = live_bytes::live();
    });
    assert!(poll(pin!(million)).is_ready());
    let peak_open = live_bytes::peak();
    assert!(telemetry.flush(Duration::from_secs(10)), "the exporter keeps up");
    let mib = |bytes: usize| bytes.saturating_sub(before) as f64 / f64::from(1 << 20);
    let row = |name: &str, value: String| println!("{name:<52}{value:>12}");
    row("spans exported, the root among them", exporter.spans.load(Ordering::Relaxed).to_string());
    row("spanweave.lost_spans of the root", exporter.lost.load(Ordering::Relaxed).to_string());
    let too_long = metric(&telemetry, r#"spanweave_spans_dropped_total{reason="trace_too_long",exporter="all"}"#);
    row("counted as dropped, trace_too_long", too_long.to_string());
    row("MiB live, before its root ends", format!("{:.2}", mib(open)));
    row("MiB live, peak until its root has ended", format!("{:.2}", mib(peak_open)));
    row("MiB live, peak while it is exported", format!("{:.2}", mib(live_bytes::peak())));
    row("MiB live, after that", format!("{:.2}", mib(live_bytes::live())));
}

const TRACES: usize = 10_000;

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// Pending futures, polled together. They are made before they are polled, so that what polling them takes is telemetry's.
struct All(Vec<Task>);

impl All {
    fn of<F: Future<Output = ()> + 'static>(count: usize, make: impl Fn() -> F) -> All {
        All((0..count).map(|_| Box::pin(make()) as _).collect())
    }
}

impl Future for All {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        for future in &mut self.0 {
            let _pending = future.as_mut().poll(cx);
        }
        Poll::Pending
    }
}

/// A trace of a root with `open` calls that are pending, after `ended` ones.
fn open_trace(telemetry: &Telemetry, open: usize, ended: usize) -> Task {
    let calls = All::of(open, || Repository.wait());
    Box::pin(telemetry.root("open").run(async move {
        for _ in 0..ended {
            Repository.touch().await;
        }
        calls.await;
    }))
}

/// Bytes per trace that telemetry has of its own while [`TRACES`] of them are open, beyond their futures. They stay open in
/// `held`, so that none finds memory that an earlier one gave back.
fn bytes_per_trace(held: &mut Vec<Task>, telemetry: &Telemetry, open: usize, ended: usize) -> f64 {
    let mut traces: Vec<_> = (0..TRACES).map(|_| open_trace(telemetry, open, ended)).collect();
    let before = live_bytes::live();
    for trace in &mut traces {
        assert!(poll(trace.as_mut()).is_pending());
    }
    let after = live_bytes::live();
    held.append(&mut traces);
    (after - before) as f64 / TRACES as f64
}

fn open_traces() {
    println!("\n{TRACES} open traces: bytes of telemetry per trace, and per span more than a trace without");
    println!("{:<14}{:>8}{:>8}{:>14}{:>12}", "", "open", "ended", "per trace", "per span");
    let keeping = |ratio, keep| build(Telemetry::builder().sampling_ratio(ratio).keep(keep).exporter(Sink));
    let modes = [
        ("sampled", keeping(1.0, Keep::default())),
        ("buffered", keeping(0.0, Keep::default())),
        ("not sampled", keeping(0.0, Keep::nothing())),
    ];
    let mut held = Vec::new();
    // Uses up the free slots and buffers that the traces before have left.
    let _warm_up = bytes_per_trace(&mut held, &modes[0].1, 0, 0);
    for (name, telemetry) in &modes {
        let mut none = 0.0;
        for (open, ended) in [(0, 0), (1, 0), (10, 0), (100, 0), (0, 1), (0, 10), (0, 100)] {
            let bytes = bytes_per_trace(&mut held, telemetry, open, ended);
            if open + ended == 0 {
                none = bytes;
                println!("{name:<14}{open:>8}{ended:>8}{bytes:>14.1}{:>12}", "-");
            } else {
                let per_span = (bytes - none) / (open + ended) as f64;
                println!("{name:<14}{open:>8}{ended:>8}{bytes:>14.1}{per_span:>12.1}");
            }
        }
    }
    let root = modes[0].1.root("open").run(pending::<()>());
    println!(
        "in futures: a root {} bytes, a call {}, the same method not annotated {}; a context {}",
        size_of_val(&root),
        size_of_val(&Repository.wait()),
        size_of_val(&plain_wait()),
        size_of::<Ctx>(),
    );
}

/// [`Repository::wait`] without its attribute.
async fn plain_wait() {
    pending::<()>().await;
}

fn main() {
    soak();
    runaway();
    open_traces();
}
