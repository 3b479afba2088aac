//! Nanoseconds per request of the yardstick's workload, in multiples of the sketch of its limit.

use std::hint::black_box;

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use spanweave::Telemetry;
use spanweave_bench::measure::{Contender, CountingAllocator, ROUND, compare};
use spanweave_bench::sketch::{Q_TASKS, Q_USERS, Sketch, leaf};
use spanweave_bench::workload::TaskService;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[derive(Debug)]
struct Sink;
impl SpanExporter for Sink {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        black_box(batch);
        Ok(())
    }
}

fn main() {
    let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let sketch = Sketch::chunked();
    let service = TaskService::new();
    let on = Telemetry::builder().sampling_ratio(1.0).exporter(Sink).build().unwrap();
    let off = Telemetry::builder().sampling_ratio(0.0).exporter(Sink).build().unwrap();
    let (on_root, off_root) = (on.root("GET /tasks"), off.root("GET /tasks"));
    macro_rules! contender {
        ($name:literal, |$user:ident| $request:expr) => {
            Contender {
                name: $name,
                round: Box::new(|| {
                    rt.block_on(async {
                        for user in 0..ROUND {
                            let $user = i64::from(user);
                            let _ = black_box($request.await);
                        }
                    });
                }),
            }
        };
    }
    let mut contenders = [
        contender!("bare", |user| async move { leaf(Q_USERS, user).unwrap() ^ leaf(Q_TASKS, user).unwrap() }),
        contender!("sketch", |user| sketch.request(user)),
        contender!("on", |user| on_root.run(service.list_tasks(user))),
        contender!("off", |user| off_root.run(service.list_tasks(user))),
    ];
    if let Some(only) = std::env::var_os("ONLY") {
        let c = contenders.iter_mut().find(|c| Some(c.name) == only.to_str()).unwrap();
        for _ in 0..100 {
            (c.round)();
        }
        std::process::exit(0);
    }
    let costs = compare(&mut contenders, 300);
    let limit = costs[1].median;
    for cost in costs {
        println!(
            "{:<10} {:>8.1} ns (min {:>7.1})  {:>5.2} x   {:.3} allocations",
            cost.name,
            cost.median,
            cost.fastest,
            cost.median / limit,
            cost.allocations
        );
    }
    println!(
        "{}",
        on.metrics_text().lines().filter(|l| l.starts_with("spanweave")).collect::<Vec<_>>().join("\n")
    );
}
