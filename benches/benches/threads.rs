//! What a request costs on 1 to 16 threads, and what a histogram's record costs where all of them share one series.
//!
//! A cost that does not rise with the threads is seen in thread CPU time, on a machine of any size; throughput can only
//! grow up to the number of cores, and the row without instrumentation shows how far this machine lets it.
//!
//! `cargo bench --manifest-path benches/Cargo.toml --bench threads`
#![allow(
    clippy::cast_precision_loss,
    clippy::unused_self,
    reason = "times and counts are shown, not counted with, and the method stands for one that has a pool"
)]

use std::fs;
use std::future::Future;
use std::hint::{black_box, spin_loop};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider, Temporality};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use spanweave::{Keep, Root, Telemetry, TelemetryBuilder, repo};
use spanweave_bench::measure::{CountingAllocator, allocations};
use spanweave_bench::sink::Sink;
use spanweave_bench::sketch::{Q_TASKS, Q_USERS, leaf};
use spanweave_bench::workload::TaskService;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const THREADS: [usize; 5] = [1, 2, 4, 8, 16];
/// Every number of threads has its turn this often, so that a slow minute of the machine disturbs all of them alike.
const TURNS: usize = 5;
const ROUNDS: usize = 40;
const WARM_UP: usize = 5;
/// From opening the gate to the start: time for the threads to wake up.
const LEAD: Duration = Duration::from_micros(500);

/// What some threads did together, round by round.
#[derive(Default)]
struct Samples {
    threads: usize,
    units: u32,
    /// From the common start to the end of the last thread, seconds per round.
    wall: Vec<f64>,
    /// Thread CPU time, seconds per thread and round.
    cpu: Vec<f64>,
    allocations: u64,
}

impl Samples {
    fn per_second(&self) -> f64 {
        self.threads as f64 * f64::from(self.units) / median(&self.wall)
    }

    fn cpu_nanos(&self) -> f64 {
        median(&self.cpu) * 1e9 / f64::from(self.units)
    }

    fn allocations_per_unit(&self) -> f64 {
        self.allocations as f64 / (self.cpu.len() as f64 * f64::from(self.units))
    }

    fn add(&mut self, start: u64, round: &[Part]) {
        let end = round.iter().map(|part| part.end).max().unwrap_or(start);
        self.wall.push((end - start) as f64 / 1e9);
        self.cpu.extend(round.iter().map(|part| part.cpu.as_secs_f64()));
        self.allocations += round.iter().map(|part| part.allocations).sum::<u64>();
    }
}

/// Not a number without samples.
fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// One thread's part of a round.
#[derive(Clone, Copy)]
struct Part {
    cpu: Duration,
    end: u64,
    allocations: u64,
    /// Whether somebody else had the core while it was ready to run, or to start.
    waited: bool,
}

/// How long this thread has waited for a core so far, in nanoseconds.
fn waited() -> u64 {
    let schedstat =
        fs::read_to_string("/proc/thread-self/schedstat").expect("Linux counts what threads wait");
    let waited = schedstat.split(' ').nth(1).and_then(|nanos| nanos.parse().ok());
    waited.expect("the second number is the waiting")
}

/// Lets threads start rounds of `units` at the same moment, every thread on a core of its own as long as there are any.
/// Each makes its work by `worker`; `between` runs before every round, while they wait.
///
/// Where there is a core for each, rounds in which one had to wait for its core are left out: somebody else ran there, and
/// the threads did not work at the same time.
fn together<W: FnMut()>(samples: &mut Samples, worker: impl Fn() -> W + Sync, between: impl Fn()) {
    let cores = core_affinity::get_core_ids().expect("the cores are known");
    let (gate, epoch, start) = (Barrier::new(samples.threads + 1), Instant::now(), AtomicU64::new(0));
    let now = || u64::try_from(epoch.elapsed().as_nanos()).expect("a bench ends within centuries");
    let lead = u64::try_from(LEAD.as_nanos()).expect("less than a second");
    let part = |work: &mut W| {
        gate.wait();
        let waited_before = waited();
        let late = now() > start.load(Ordering::Relaxed);
        while now() < start.load(Ordering::Relaxed) {
            spin_loop();
        }
        let (allocated, clock) = (allocations(), ThreadTime::now());
        work();
        let (cpu, end) = (clock.elapsed(), now());
        let allocations = allocations() - allocated;
        let part = Part { cpu, end, allocations, waited: late || waited() > waited_before };
        gate.wait();
        part
    };
    let thread = |core| {
        assert!(core_affinity::set_for_current(core), "a thread can be kept on a core");
        let mut work = worker();
        (0..WARM_UP + ROUNDS).map(|_| part(&mut work)).collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let cycle = cores.iter().cycle().take(samples.threads);
        let threads: Vec<_> = cycle.map(|core| scope.spawn(|| thread(*core))).collect();
        let run_round = |_| {
            between();
            let at = now() + lead;
            start.store(at, Ordering::Relaxed);
            gate.wait();
            gate.wait();
            at
        };
        let starts: Vec<u64> = (0..WARM_UP + ROUNDS).map(run_round).collect();
        let parts: Vec<Vec<Part>> =
            threads.into_iter().map(|thread| thread.join().expect("a bench does not panic")).collect();
        for (index, start) in starts.into_iter().enumerate().skip(WARM_UP) {
            let round: Vec<Part> = parts.iter().map(|parts| parts[index]).collect();
            if samples.threads > cores.len() || round.iter().all(|part| !part.waited) {
                samples.add(start, &round);
            }
        }
    });
}

/// The same on every number of threads, in turns.
fn on_all<W: FnMut()>(units: u32, worker: impl Fn() -> W + Sync, between: impl Fn()) -> Vec<Samples> {
    let mut all = THREADS.map(|threads| Samples { threads, units, ..Samples::default() });
    for _ in 0..TURNS {
        for samples in &mut all {
            together(samples, &worker, &between);
        }
    }
    all.into()
}

/// Runs `unit` so many times within a runtime of the thread's own.
fn in_runtime<F: Future>(units: u32, unit: impl Fn(i64) -> F) -> impl FnMut() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a bench can make a runtime");
    move || {
        runtime.block_on(async {
            for number in 0..i64::from(units) {
                let _done = black_box(unit(number).await);
            }
        });
    }
}

/// Requests of a round: their spans are fewer than those at which the exporter's thread would be woken and take one of the
/// cores. It drains between the rounds.
const SAMPLED: u32 = 256;
/// A tenth of these is sampled.
const DEFAULT: u32 = 2_048;
const NOT_SAMPLED: u32 = 2_048;

fn requests(name: &str, units: u32, builder: TelemetryBuilder) {
    let telemetry = builder.exporter(Sink).build().expect("a bench can make a handle");
    let (root, service) = (telemetry.root("GET /tasks"), TaskService::default());
    let (root, service): (Root, &TaskService) = (root, &service);
    let worker = || in_runtime(units, move |user| root.run(service.list_tasks(user)));
    let drain = || assert!(telemetry.flush(Duration::from_secs(10)), "the sink keeps up");
    print_requests(name, &on_all(units, worker, drain));
    let dropped = dropped(&telemetry.metrics_text());
    assert_eq!(dropped, 0, "a span that is dropped costs less");
}

fn dropped(metrics: &str) -> u64 {
    let lines = metrics.lines().filter_map(|line| line.strip_prefix("spanweave_spans_dropped_total{"));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

fn print_requests(name: &str, all: &[Samples]) {
    let one = &all[0];
    for samples in all {
        let (per_second, cpu) = (samples.per_second(), samples.cpu_nanos());
        println!(
            "{name:<14}{:>8}{:>12.2}{:>9.2}{:>14.2}{cpu:>12.1}{:>9.2}{:>13.4}{:>8}",
            samples.threads,
            per_second / 1e6,
            per_second / one.per_second(),
            1e3 / cpu,
            cpu / one.cpu_nanos(),
            samples.allocations_per_unit(),
            samples.wall.len(),
        );
    }
}

struct Recorder;

#[repo]
impl Recorder {
    pub async fn touch(&self) {}
}

const RECORDS: u32 = 5_000;
const LABELS: [(&str, &str); 3] = [("kind", "repo"), ("type", "Recorder"), ("method", "touch")];
/// Ours.
const BOUNDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// In the first bucket, as the method's durations are.
const SECONDS: f64 = 0.000_03;

fn print_records(name: &str, worker: impl Fn() + Sync) {
    let worker = || {
        || {
            for _ in 0..RECORDS {
                worker();
            }
        }
    };
    print_record_costs(name, &on_all(RECORDS, worker, || ()));
}

fn print_record_costs(name: &str, all: &[Samples]) {
    let (one, two) = (&all[0], &all[1]);
    print!("{name:<34}");
    for samples in all {
        print!("{:>8.1}", samples.cpu_nanos());
    }
    println!("{:>10.2}{:>12.2}", two.cpu_nanos() / one.cpu_nanos(), two.per_second() / one.per_second());
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    kind: &'static str,
    r#type: &'static str,
    method: &'static str,
}

/// Where the SDK's metrics would go once a minute.
#[derive(Debug)]
struct MetricSink;

impl PushMetricExporter for MetricSink {
    async fn export(&self, _: &ResourceMetrics) -> OTelSdkResult {
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

/// Ours is a whole call of a method: its future, two readings of the clock, its outcome and the record. Of the others it is
/// the record alone.
fn records() {
    let call = || in_runtime(RECORDS, |_| Recorder.touch());
    print_record_costs("call, no handle: not recorded", &on_all(RECORDS, call, || ()));
    let telemetry = Telemetry::builder().build().expect("a bench can make a handle");
    telemetry.install();
    print_record_costs("call, handle: recorded", &on_all(RECORDS, call, || ()));

    let options = prometheus::HistogramOpts::new("duration", "A duration.").buckets(BOUNDS.into());
    let names = LABELS.map(|(name, _)| name);
    let vec = prometheus::HistogramVec::new(options, &names).expect("the labels are valid");
    let values = LABELS.map(|(_, value)| value);
    let resolved = vec.with_label_values(&values);
    print_records("prometheus, by labels", || vec.with_label_values(&values).observe(black_box(SECONDS)));
    print_records("prometheus, resolved", || resolved.observe(black_box(SECONDS)));

    let family = Family::<Labels, Histogram, _>::new_with_constructor(|| Histogram::new(BOUNDS));
    let labels = Labels { kind: "repo", r#type: "Recorder", method: "touch" };
    let resolved = family.get_or_create(&labels).clone();
    print_records("prometheus-client, by labels", || {
        family.get_or_create(&labels).observe(black_box(SECONDS));
    });
    print_records("prometheus-client, resolved", || resolved.observe(black_box(SECONDS)));

    let reader = PeriodicReader::builder(MetricSink).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    let meter = provider.meter("spanweave-bench");
    let histogram = meter.f64_histogram("duration").with_boundaries(BOUNDS.into()).build();
    let attributes = LABELS.map(|(key, value)| KeyValue::new(key, value));
    let bound = histogram.bind(&attributes);
    print_records("OTel SDK, by attributes", || histogram.record(black_box(SECONDS), &attributes));
    print_records("OTel SDK, bound (experimental)", || bound.record(black_box(SECONDS)));
}

fn main() {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!("requests, {cores} cores; x is against 1 thread");
    println!(
        "{:<14}{:>8}{:>12}{:>9}{:>14}{:>12}{:>9}{:>13}{:>8}",
        "", "threads", "M/s", "x", "M/CPU second", "CPU ns", "x", "allocations", "rounds"
    );
    let bare = || in_runtime(NOT_SAMPLED, |user| async move { (leaf(Q_USERS, user), leaf(Q_TASKS, user)) });
    print_requests("bare", &on_all(NOT_SAMPLED, bare, || ()));
    let ratio = |ratio| Telemetry::builder().sampling_ratio(ratio);
    requests("sampled", SAMPLED, ratio(1.0));
    requests("default", DEFAULT, ratio(0.1).keep(Keep::default()));
    requests("not sampled", NOT_SAMPLED, ratio(0.0).keep(Keep::nothing()));

    println!("\none series: CPU ns per record by number of threads, and what 2 threads do to it");
    println!("{:<34}{:>8}{:>8}{:>8}{:>8}{:>8}{:>10}{:>12}", "", 1, 2, 4, 8, 16, "cost x", "records/s x");
    records();
}
