//! What the export takes and what it loses: in bursts, at its full speed, and where it is stopped.
//!
//! A trace is the yardstick's request: six spans, no attributes of its own. *OTLP* is OTLP/HTTP in protobuf, by
//! `opentelemetry-otlp`, to a receiver on this machine, in a process of its own; *sink* drops what it is given.
//!
//! A burst is what it is said to be as long as its requests are made in time. *late* is the most by which some were not;
//! where it is more than a few milliseconds the cores were somebody else's, and the row says nothing of anybody.
//!
//! `cargo bench --manifest-path benches/Cargo.toml --bench export`, or only some of `bursts`, `speed` and `stopped`:
//! `cargo bench --manifest-path benches/Cargo.toml --bench export -- speed`
#![allow(clippy::cast_precision_loss, reason = "counts and times are shown, not counted with")]

use std::env;
use std::hint::{black_box, spin_loop};
use std::time::{Duration, Instant};

use opentelemetry_sdk::trace::SpanExporter;
use spanweave::{Root, Telemetry};
use spanweave_bench::bursts::{Bursts, Made};
use spanweave_bench::exporters::{Count, Counted, Encoding, Stopped, otlp};
use spanweave_bench::fate::{Fate, PATIENCE};
use spanweave_bench::peers::fastrace::Fastrace;
use spanweave_bench::peers::opentelemetry_sdk::OpenTelemetrySdk;
use spanweave_bench::receiver::{self, Receiver};
use spanweave_bench::sink::Sink;
use spanweave_bench::sketch::Res;
use spanweave_bench::thread_cpu;
use spanweave_bench::workload::TaskService;

const SPANS_PER_REQUEST: u64 = 6;

fn telemetry(exporter: impl SpanExporter + 'static) -> Telemetry {
    let builder = Telemetry::builder().sampling_ratio(1.0).exporter(exporter);
    builder.build().expect("a bench can make a handle")
}

/// Serves so many requests, one after the other, within a runtime of the thread's own.
fn in_runtime(request: impl AsyncFn(i64) -> Res) -> impl FnMut(u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a bench can make a runtime");
    move |requests| {
        runtime.block_on(async {
            for user in 0..i64::from(requests) {
                let _done = black_box(request(user).await);
            }
        });
    }
}

fn requests_under(root: Root) -> impl FnMut(u32) {
    let service = TaskService::default();
    in_runtime(async move |user| root.run(service.list_tasks(user)).await)
}

/// Requests per second on average, and threads that make them: 100,000 and 400,000 spans.
const RATES: [(u32, u32); 2] = [(16_667, 1), (66_667, 2)];
const BURST_SECONDS: u32 = 4;

fn bursts() {
    println!("bursts: 50 ms of every 100, for {BURST_SECONDS} s; spans/s are the average");
    println!(
        "{:<12}{:<6}{:>9}{:>9}{:>9}{:>11}{:>11}{:>10}{:>8}  reasons",
        "", "to", "spans/s", "threads", "late ms", "produced", "exported", "lost", "%"
    );
    let receiver = Receiver::start();
    for (requests_per_second, threads) in RATES {
        let bursts = Bursts { requests_per_second, seconds: BURST_SECONDS, threads };
        ours("sink", bursts, Sink);
        ours("OTLP", bursts, otlp(receiver.url()));
        sdk("sink", bursts, Sink);
        sdk("OTLP", bursts, otlp(receiver.url()));
        fastrace("sink", bursts);
    }
}

fn ours(to: &str, bursts: Bursts, exporter: impl SpanExporter + 'static) {
    let telemetry = telemetry(exporter);
    let root = telemetry.root("GET /tasks");
    let made = bursts.run(|| requests_under(root));
    let fate = Fate::after_shutdown(&telemetry, made.requests * SPANS_PER_REQUEST);
    print_bursts("spanweave", to, bursts, &made, fate.exported, &fate.reasons());
}

fn sdk(to: &str, bursts: Bursts, exporter: impl SpanExporter + 'static) {
    let arrived = Count::default();
    let sdk = OpenTelemetrySdk::exporting_to(Counted { exporter, spans: arrived.clone() }, 1.0);
    let made = bursts.run(|| in_runtime(|user| sdk.request(user)));
    sdk.shut_down();
    print_bursts("OTel SDK", to, bursts, &made, arrived.get(), "");
}

fn fastrace(to: &str, bursts: Bursts) {
    let arrived = Count::default();
    let fastrace = Fastrace::reporting_to(arrived.clone());
    let made = bursts.run(|| in_runtime(|user| fastrace.sampled(user)));
    fastrace::flush();
    print_bursts("fastrace", to, bursts, &made, arrived.get(), "");
}

fn print_bursts(who: &str, to: &str, bursts: Bursts, made: &Made, exported: u64, reasons: &str) {
    let produced = made.requests * SPANS_PER_REQUEST;
    let lost = produced - exported;
    println!(
        "{who:<12}{to:<6}{:>9}{:>9}{:>9.1}{produced:>11}{exported:>11}{lost:>10}{:>8.2}  {reasons}",
        u64::from(bursts.requests_per_second) * SPANS_PER_REQUEST,
        bursts.threads,
        made.late.as_secs_f64() * 1e3,
        lost as f64 * 100.0 / produced as f64,
    );
}

/// Requests of a portion: few enough to find room while the exporter does nothing.
const PORTION: u32 = 3_000;
/// A third of a million requests for each exporter: two million spans.
const PORTIONS: usize = 112;
const WARM_UP: usize = 3;

struct Speed {
    to: &'static str,
    telemetry: Telemetry,
    serve: Box<dyn FnMut(u32)>,
    /// Nanoseconds per span of the threads that collect and send, portion by portion.
    exporter: Vec<f64>,
    /// The same of the thread that the HTTP client has.
    client: Vec<f64>,
}

impl Speed {
    fn new(to: &'static str, exporter: impl SpanExporter + 'static) -> Speed {
        let telemetry = telemetry(exporter);
        let serve = Box::new(requests_under(telemetry.root("GET /tasks")));
        Speed { to, telemetry, serve, exporter: Vec::new(), client: Vec::new() }
    }

    /// The threads of the others sleep meanwhile.
    fn export_portion(&mut self) {
        let used = || ["spanweave-", "reqwest-internal-sync-runtime"].map(thread_cpu::of_idle);
        let before = used();
        (self.serve)(PORTION);
        assert!(self.telemetry.flush(PATIENCE), "the exporter takes what is there");
        let spans = f64::from(PORTION) * SPANS_PER_REQUEST as f64;
        let after = used();
        let nanos = |thread: usize| after[thread].abs_diff(before[thread]).as_secs_f64() * 1e9 / spans;
        self.exporter.push(nanos(0));
        self.client.push(nanos(1));
    }

    fn print(&mut self) {
        for nanos in [&mut self.exporter, &mut self.client] {
            nanos.drain(..WARM_UP);
            nanos.sort_by(f64::total_cmp);
        }
        let (exporter, client) = (self.exporter[PORTIONS / 2], self.client[PORTIONS / 2]);
        let (fastest, per_second) = (self.exporter[0], 1e9 / exporter);
        println!("{:<12}{exporter:>12.0}{fastest:>12.0}{per_second:>20.0}{client:>20.0}", self.to);
    }
}

fn speed() {
    println!(
        "\nspeed: CPU time of the threads that collect and send over {PORTIONS} portions of {} spans, in turns",
        u64::from(PORTION) * SPANS_PER_REQUEST
    );
    println!(
        "{:<12}{:>12}{:>12}{:>20}{:>20}",
        "", "ns per span", "fastest", "spans/CPU second", "ns of HTTP client"
    );
    let receiver = Receiver::start();
    let encoding = Encoding::default();
    let bytes = encoding.bytes.clone();
    let mut speeds =
        [Speed::new("sink", Sink), Speed::new("encoded", encoding), Speed::new("OTLP", otlp(receiver.url()))];
    for _ in 0..WARM_UP + PORTIONS {
        speeds.iter_mut().for_each(Speed::export_portion);
    }
    speeds.iter_mut().for_each(Speed::print);
    for speed in &speeds {
        let produced = (WARM_UP + PORTIONS) as u64 * u64::from(PORTION) * SPANS_PER_REQUEST;
        let fate = Fate::after_shutdown(&speed.telemetry, produced);
        assert_eq!(fate.lost(), 0, "a span that is dropped costs less");
        if speed.to == "encoded" {
            println!("encoded, a span takes {:.0} bytes", bytes.get() as f64 / produced as f64);
        }
    }
}

/// From one request to the next.
const PACE: Duration = Duration::from_micros(10);
/// Requests before it is the other one's turn, whose spans are exported meanwhile where they are exported.
const TURN: u32 = 2_000;
const TURNS: u32 = 100;

/// Serves one turn's requests, and adds the nanoseconds that each took.
fn serve_turn(serve: &mut impl FnMut(u32), latencies: &mut Vec<u64>) {
    let start = Instant::now();
    for request in 0..TURN {
        let due = PACE * request;
        while start.elapsed() < due {
            spin_loop();
        }
        let begun = Instant::now();
        serve(1);
        let latency = begun.elapsed();
        latencies.push(u64::try_from(latency.as_nanos()).expect("a request ends within centuries"));
    }
}

fn stopped() {
    println!("\nstopped: a request every {PACE:?}, {TURN} in turns, {} in all", TURNS * TURN);
    println!(
        "{:<12}{:>8}{:>8}{:>8}{:>12}{:>11}{:>11}  dropped",
        "exporter", "p50 ns", "p99", "p99.9", "max", "produced", "exported"
    );
    let exporter = Stopped::default();
    let handles = [("works", telemetry(Sink)), ("is stopped", telemetry(exporter.clone()))];
    let mut serves = handles.each_ref().map(|(_, handle)| requests_under(handle.root("GET /tasks")));
    let mut latencies = [const { Vec::new() }; 2];
    for _ in 0..TURNS {
        for (serve, latencies) in serves.iter_mut().zip(&mut latencies) {
            serve_turn(serve, latencies);
        }
    }
    exporter.let_go();
    let produced = u64::from(TURNS * TURN) * SPANS_PER_REQUEST;
    let fates = handles.each_ref().map(|(_, handle)| Fate::after_shutdown(handle, produced));
    for (((name, _), latencies), fate) in handles.iter().zip(&mut latencies).zip(&fates) {
        latencies.sort_unstable();
        let quantile = |thousandths| latencies[(latencies.len() - 1) * thousandths / 1_000];
        let [p50, p99, p999, max] = [500, 990, 999, 1_000].map(quantile);
        println!(
            "{name:<12}{p50:>8}{p99:>8}{p999:>8}{max:>12}{produced:>11}{:>11}  {}",
            fate.exported,
            fate.reasons()
        );
    }
    let [_, fate] = fates;
    let arrived = exporter.spans_by_trace();
    assert_eq!(fate.lost() % SPANS_PER_REQUEST, 0, "whole traces are dropped");
    assert!(arrived.values().all(|spans| *spans as u64 == SPANS_PER_REQUEST), "whole traces arrive");
    assert_eq!(arrived.len() as u64 * SPANS_PER_REQUEST, fate.exported, "what is counted has arrived");
    println!(
        "after it was let go {} traces arrived, all of them whole; {} were dropped whole",
        arrived.len(),
        fate.lost() / SPANS_PER_REQUEST
    );
}

fn main() {
    if receiver::is_meant() {
        return receiver::run();
    }
    let words: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, show) in [("bursts", bursts as fn()), ("speed", speed), ("stopped", stopped)] {
        if words.is_empty() || words.iter().any(|word| word == name) {
            show();
        }
    }
}
