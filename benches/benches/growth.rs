//! How the cost grows: with the spans of a trace, the attributes of a span, the depth of calls, and the methods of a
//! process. What matters is that the cost of each one stays the same, or where it does not.
//!
//! `cargo bench --manifest-path benches/Cargo.toml --bench growth`
#![allow(
    clippy::cast_precision_loss,
    clippy::self_only_used_in_recursion,
    clippy::unused_self,
    reason = "times and counts are shown, not counted with, and methods are called for what annotating them costs"
)]

use std::future::{Future, pending, ready};
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::Barrier;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use cpu_time::ThreadTime;
use spanweave::{Ctx, Keep, Method, MethodKind, MethodOptions, MetricsFormat, Returns, Telemetry, repo};
use spanweave_bench::measure::{CountingAllocator, allocations};
use spanweave_bench::sink::Sink;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const ROUNDS: usize = 60;
const WARM_UP: usize = 5;

/// Spans and attributes of a round, about: fewer than those at which the exporter's thread would be woken.
const ROUND_ITEMS: usize = 1_800;

/// What becomes of the spans: exported, kept until the root has ended well and then forgotten, or nothing.
struct Modes([Telemetry; 3]);

impl Modes {
    fn new() -> Modes {
        let mode = |ratio, keep| {
            let builder = Telemetry::builder().sampling_ratio(ratio).keep(keep).exporter(Sink);
            builder.build().expect("a bench can make a handle")
        };
        Modes([mode(1.0, Keep::default()), mode(0.0, Keep::default()), mode(0.0, Keep::nothing())])
    }

    /// CPU nanoseconds and allocations of one trace in each mode: medians of rounds, in turn. Ended traces are exported
    /// between the rounds, outside the timing.
    fn cost_of_trace<F: Future>(&self, items: usize, body: impl Fn() -> F) -> [Cost; 3] {
        let traces = (ROUND_ITEMS / items).clamp(1, 300);
        let mut times = [const { Vec::new() }; 3];
        let mut allocated = [0; 3];
        for round in 0..WARM_UP + ROUNDS {
            for (mode, telemetry) in self.0.iter().enumerate() {
                let root = telemetry.root("root");
                let (before, clock) = (allocations(), ThreadTime::now());
                for _ in 0..traces {
                    poll_ready(root.run(body()));
                }
                let elapsed = clock.elapsed();
                if round >= WARM_UP {
                    times[mode].push(elapsed.as_secs_f64() * 1e9 / traces as f64);
                    allocated[mode] += allocations() - before;
                }
                assert!(telemetry.flush(Duration::from_secs(10)), "the sink keeps up");
            }
        }
        let mut costs = [Cost::default(); 3];
        for ((cost, mut times), allocated) in costs.iter_mut().zip(times).zip(allocated) {
            times.sort_by(f64::total_cmp);
            cost.nanos = times[times.len() / 2];
            cost.allocations = allocated as f64 / (ROUNDS * traces) as f64;
        }
        costs
    }
}

#[derive(Clone, Copy, Default)]
struct Cost {
    nanos: f64,
    allocations: f64,
}

/// Runs a future that is ready at its first poll, which leaves nothing of an asynchronous runtime in the figures.
fn poll_ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nothing in these traces waits"),
    }
}

const KEYS: [&str; 32] = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u",
    "v", "w", "x", "y", "z", "aa", "ab", "ac", "ad", "ae", "af",
];

struct Repository;

#[repo]
impl Repository {
    pub async fn touch(&self) {}

    pub async fn describe(&self, attributes: usize) {
        for (value, key) in (0_i64..).zip(&KEYS[..attributes]) {
            Ctx::current().set(key, value);
        }
    }

    pub async fn nested(&self, depth: usize) {
        if depth > 1 {
            let next: Pin<Box<dyn Future<Output = ()> + '_>> = Box::pin(self.nested(depth - 1));
            next.await;
        }
    }
}

/// [`Repository::nested`] without its attribute.
async fn plain_nested(depth: usize) {
    black_box(depth);
    if depth > 1 {
        let next: Pin<Box<dyn Future<Output = ()>>> = Box::pin(plain_nested(depth - 1));
        next.await;
    }
}

fn spans(modes: &Modes) {
    println!("CPU ns per span, by spans of the trace below its root; the root's own cost is in them");
    println!("{:>8}{:>12}{:>12}{:>14}", "spans", "sampled", "buffered", "not sampled");
    for spans in [1, 10, 100, 1_000, 10_000] {
        let cost = modes.cost_of_trace(spans + 2, || async move {
            for _ in 0..spans {
                Repository.touch().await;
            }
        });
        let [sampled, buffered, off] = cost.map(|cost| cost.nanos / spans as f64);
        println!("{spans:>8}{sampled:>12.1}{buffered:>12.1}{off:>14.1}");
    }
}

fn attributes(modes: &Modes) {
    println!("\nCPU ns of a root and one method by attributes set in the method, and what each one adds");
    println!(
        "{:>12}{:>12}{:>12}{:>14}{:>12}{:>12}",
        "attributes", "sampled", "buffered", "not sampled", "sampled +", "buffered +"
    );
    let cost = |attributes: usize| {
        modes
            .cost_of_trace(attributes + 3, || Repository.describe(black_box(attributes)))
            .map(|cost| cost.nanos)
    };
    let without = cost(0);
    let [sampled, buffered, off] = without;
    println!("{:>12}{sampled:>12.1}{buffered:>12.1}{off:>14.1}{:>12}{:>12}", 0, "-", "-");
    for attributes in [1, 4, 8, 16, 32] {
        let nanos = cost(attributes);
        let added = |mode: usize| (nanos[mode] - without[mode]) / attributes as f64;
        let ([sampled, buffered, off], more_sampled, more_buffered) = (nanos, added(0), added(1));
        println!(
            "{attributes:>12}{sampled:>12.1}{buffered:>12.1}{off:>14.1}{more_sampled:>12.1}{more_buffered:>12.1}"
        );
    }
}

fn depth(modes: &Modes) {
    println!("\nCPU ns and allocations per level of nested boxed calls, by depth; plain: not annotated");
    println!(
        "{:>8}{:>10}{:>12}{:>12}{:>14}{:>16}{:>20}",
        "depth", "plain", "sampled", "buffered", "not sampled", "plain allocs", "sampled allocs"
    );
    for depth in [1, 10, 50, 100] {
        let plain = modes.cost_of_trace(depth + 2, || plain_nested(depth));
        let traced = modes.cost_of_trace(depth + 2, || Repository.nested(depth));
        let levels = depth as f64;
        let [sampled, buffered, off] = traced.map(|cost| cost.nanos / levels);
        println!(
            "{depth:>8}{:>10.1}{sampled:>12.1}{buffered:>12.1}{off:>14.1}{:>16.2}{:>20.2}",
            plain[2].nanos / levels,
            plain[0].allocations / levels,
            traced[0].allocations / levels,
        );
    }
}

type Failed = Result<(), std::io::Error>;

/// A call of a method that lives as long as the process, as an attribute writes it.
fn call(method: &'static Method, body: impl Future<Output = Failed>) -> impl Future<Output = Failed> {
    method.call(Ctx::current()).run(Returns::<Failed>::NEW.class(), body)
}

/// One call for every outcome.
fn see_every_outcome(method: &'static Method) {
    let _ok = poll_ready(call(method, ready(Ok(()))));
    let _error = poll_ready(call(method, ready(Err(std::io::ErrorKind::NotFound.into()))));
    let mut dropped = Box::pin(call(method, pending()));
    assert!(dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    // Does not reach the panic hook, which would print.
    let panics = async { resume_unwind(Box::new(())) };
    let panicked = catch_unwind(AssertUnwindSafe(|| poll_ready(call(method, panics))));
    assert!(panicked.is_err(), "it was told to");
}

const MANY: usize = 10_000;

/// Sees every outcome of the methods on so many threads at the same time: each has a shard of its own, which a scrape
/// adds up. Every trace is exported, so that buckets have exemplars.
fn measured_by(threads: usize, see: impl Fn() + Sync) -> Telemetry {
    let builder = Telemetry::builder().sampling_ratio(1.0).exporter(Sink);
    let telemetry = builder.build().expect("a bench can make a handle");
    let all_alive = Barrier::new(threads);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                telemetry.root("methods").in_scope(|_| see());
                all_alive.wait();
            });
        }
    });
    assert!(telemetry.flush(Duration::from_secs(10)), "the sink keeps up");
    telemetry
}

/// Milliseconds of CPU time: the median of some scrapes; and the text.
fn scrape(telemetry: &Telemetry, format: MetricsFormat) -> (f64, String) {
    let mut times: Vec<f64> = Vec::new();
    let mut text = String::new();
    for _ in 0..15 {
        let clock = ThreadTime::now();
        text = black_box(telemetry.metrics(format));
        times.push(clock.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], text)
}

/// A row for what was called, on 1, 4 and 16 threads, in each format.
fn row(name: &str, see: impl Fn() + Sync) {
    let handles = [1, 4, 16].map(|threads| measured_by(threads, &see));
    for format in [MetricsFormat::OpenMetrics, MetricsFormat::Text] {
        let [(one, text), (four, _), (sixteen, _)] = handles.each_ref().map(|handle| scrape(handle, format));
        let (kib, series) =
            (text.len() as f64 / 1024.0, text.lines().filter(|line| !line.starts_with('#')).count());
        println!(
            "{name:>14}{:>13}{series:>10}{kib:>12.1}{one:>12.2}{four:>12.2}{sixteen:>12.2}",
            format!("{format:?}")
        );
    }
}

fn methods() {
    println!("\none scrape, by what was called with every outcome; ms by the threads that have called it");
    println!(
        "{:>14}{:>13}{:>10}{:>12}{:>12}{:>12}{:>12}",
        "called", "format", "series", "KiB", "ms, 1", "ms, 4", "ms, 16"
    );
    let method = |number: usize| -> &'static Method {
        let owner = format!("Repository{}", number / 10).leak();
        let name = format!("method_{}", number % 10).leak();
        Box::leak(Box::new(Method::new(MethodKind::Repo, owner, name, module_path!())))
    };
    let many: Vec<&'static Method> = (0..MANY).map(method).collect();
    // A method's series is registered at its first call, so a row has only those of its own and the rows before.
    for count in [10, 100, 1_000, MANY] {
        row(&format!("{count} methods"), || many[..count].iter().for_each(|method| see_every_outcome(method)));
    }
}

const OWN: usize = 16;
/// Of one method: a set of values for each call, which ends in one result.
const SETS_OF_OWN: usize = 256;

/// The most series that metrics of the user's own can have.
fn own() {
    let methods: Vec<&'static Method> = (0..OWN)
        .map(|number| {
            let options = Box::leak(Box::new(MethodOptions {
                metric: Some(format!("own_{number}_seconds").leak()),
                labels: &["key"],
                ..*MethodOptions::NONE
            }));
            let name = format!("own_{number}").leak();
            let method = Method::function(MethodKind::Function, name, module_path!()).with(options);
            &*Box::leak(Box::new(method))
        })
        .collect();
    let see = || {
        for (method, set) in methods.iter().flat_map(|method| (0..SETS_OF_OWN).map(move |set| (method, set))) {
            let call = method.call_with([&set.to_string()], Ctx::current());
            let _ok: Failed = poll_ready(call.run(Returns::<Failed>::NEW.class(), ready(Ok(()))));
        }
    };
    row(&format!("{} sets", OWN * SETS_OF_OWN), see);
}

fn main() {
    let modes = Modes::new();
    spans(&modes);
    attributes(&modes);
    depth(&modes);
    methods();
    own();
}
