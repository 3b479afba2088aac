//! Nanoseconds per request of the yardstick's workload, in multiples of the sketch of its limit.
//!
//! *Buffered* is a trace that sampling left out, and whose spans wait for its end, which would keep them if it failed;
//! *not sampled* is one for which no rule could keep them; *plain* is without `calls(…)`.
//!
//! `cargo xtask bench`, or for those contenders only whose names hold one of some words:
//! `cargo bench --manifest-path benches/Cargo.toml --bench hot_path -- sampled buffered`

use std::env;
use std::hint::black_box;

use spanweave::{Keep, Telemetry};
use spanweave_bench::measure::{Contender, CountingAllocator, ROUND, compare};
use spanweave_bench::peers::autometrics::Autometrics;
use spanweave_bench::peers::fastrace::Fastrace;
use spanweave_bench::peers::foundations::Foundations;
use spanweave_bench::peers::opentelemetry_sdk::OpenTelemetrySdk;
use spanweave_bench::peers::tracing_stack::TracingStack;
use spanweave_bench::sink::Sink;
use spanweave_bench::sketch::{Q_TASKS, Q_USERS, Sketch, leaf};
use spanweave_bench::workload::{PlainTaskService, TaskService};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const ROUNDS: u32 = 300;

fn telemetry(ratio: f64, keep: Keep) -> Telemetry {
    let builder = Telemetry::builder().sampling_ratio(ratio).keep(keep).exporter(Sink);
    builder.build().expect("a bench can make a handle")
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a bench can make a runtime");
    macro_rules! contender {
        ($name:literal, $(in $scope:expr,)? |$user:ident| $request:expr) => {
            Contender {
                name: $name,
                round: Box::new(|| {
                    $(let _scope = $scope;)?
                    runtime.block_on(async {
                        for $user in 0..i64::from(ROUND) {
                            let _done = black_box($request.await);
                        }
                    });
                }),
            }
        };
    }
    let sketch = Sketch::chunked();
    let (service, plain) = (TaskService::default(), PlainTaskService::default());
    let handles = [(1.0, Keep::default()), (0.0, Keep::default()), (0.0, Keep::nothing())];
    let handles = handles.map(|(ratio, keep)| telemetry(ratio, keep));
    let [sampled, buffered, measured] = handles.each_ref().map(|handle| handle.root("GET /tasks"));
    let (tracing, tracing_tenth) = (TracingStack::full(1.0), TracingStack::full(0.1));
    let tracing_lean = TracingStack::lean();
    let (sdk_on, sdk_off) = (OpenTelemetrySdk::new(1.0), OpenTelemetrySdk::new(0.0));
    let (fastrace, foundations, autometrics) = (Fastrace::init(), Foundations::init(), Autometrics::init());
    let mut contenders = vec![
        contender!("bare", |user| async move { (leaf(Q_USERS, user), leaf(Q_TASKS, user)) }),
        contender!("sketch", |user| sketch.request(user)),
        contender!("sampled", |user| sampled.run(service.list_tasks(user))),
        contender!("buffered", |user| buffered.run(service.list_tasks(user))),
        contender!("not sampled", |user| measured.run(service.list_tasks(user))),
        contender!("sampled, plain", |user| sampled.run(plain.list_tasks(user))),
        contender!("buffered, plain", |user| buffered.run(plain.list_tasks(user))),
        contender!("not sampled, plain", |user| measured.run(plain.list_tasks(user))),
        contender!("tracing, ratio 1.0", in tracing.enter(), |user| tracing.request(user)),
        contender!("tracing, ratio 0.1", in tracing_tenth.enter(), |user| tracing_tenth.request(user)),
        contender!("tracing, lean", in tracing_lean.enter(), |user| tracing_lean.request(user)),
        contender!("OTel SDK, on", |user| sdk_on.request(user)),
        contender!("OTel SDK, off", |user| sdk_off.request(user)),
        contender!("fastrace, sampled", |user| fastrace.sampled(user)),
        contender!("fastrace, not sampled", |user| fastrace.not_sampled(user)),
        contender!("autometrics", |user| autometrics.request(user)),
        // The last one, as it goes on sending for longer than the pause: whom that disturbs are our own rows.
        contender!("foundations, ratio 0.1", |user| foundations.request_of_ratio(0.1, user)),
        contender!("foundations, ratio 1.0", |user| foundations.request(user)),
    ];
    let words: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_named = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(&**word));
    contenders.retain(|contender| contender.name == "sketch" || is_named(contender.name));
    let costs = compare(&mut contenders, ROUNDS);
    // The sketch's median depends on how warm the memory is that the allocator gives it, its fastest round does not.
    let sketch = costs.iter().find(|cost| cost.name == "sketch").expect("the sketch is always among them");
    let (limit, fastest) = (sketch.median, sketch.fastest);
    println!(
        "{:<24}{:>12}{:>12}{:>10}{:>10}{:>14}",
        "contender", "median ns", "min ns", "x sketch", "min x", "allocations"
    );
    for cost in &costs {
        println!(
            "{:<24}{:>12.1}{:>12.1}{:>10.2}{:>10.2}{:>14.3}",
            cost.name,
            cost.median,
            cost.fastest,
            cost.median / limit,
            cost.fastest / fastest,
            cost.allocations
        );
    }
}
