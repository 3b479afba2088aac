//! Nanoseconds per request of the yardstick's workload, in multiples of the sketch of its limit.
//!
//! `cargo bench -p spanweave-bench`

use std::hint::black_box;

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use spanweave::Telemetry;
use spanweave_bench::measure::{Contender, CountingAllocator, ROUND, compare};
use spanweave_bench::sketch::{Q_TASKS, Q_USERS, Sketch, leaf};
use spanweave_bench::workload::TaskService;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const ROUNDS: u32 = 300;

#[derive(Debug)]
struct Sink;

impl SpanExporter for Sink {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        black_box(batch);
        Ok(())
    }
}

fn telemetry(ratio: f64) -> Telemetry {
    Telemetry::builder().sampling_ratio(ratio).exporter(Sink).build().expect("a bench can make a handle")
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a bench can make a runtime");
    macro_rules! contender {
        ($name:literal, |$user:ident| $request:expr) => {
            Contender {
                name: $name,
                round: Box::new(|| {
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
    let service = TaskService::default();
    let (on, off) = (telemetry(1.0), telemetry(0.0));
    let (on_root, off_root) = (on.root("GET /tasks"), off.root("GET /tasks"));
    let mut contenders = [
        contender!("bare", |user| async move { (leaf(Q_USERS, user), leaf(Q_TASKS, user)) }),
        contender!("sketch", |user| sketch.request(user)),
        contender!("sampled", |user| on_root.run(service.list_tasks(user))),
        contender!("not sampled", |user| off_root.run(service.list_tasks(user))),
    ];
    let costs = compare(&mut contenders, ROUNDS);
    let limit = costs.iter().find(|cost| cost.name == "sketch").map_or(f64::NAN, |cost| cost.median);
    println!("{:<14}{:>12}{:>12}{:>10}{:>14}", "contender", "median ns", "min ns", "x sketch", "allocations");
    for cost in costs {
        let ratio = cost.median / limit;
        println!(
            "{:<14}{:>12.1}{:>12.1}{ratio:>10.2}{:>14.3}",
            cost.name, cost.median, cost.fastest, cost.allocations
        );
    }
}
