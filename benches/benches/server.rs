//! A real server under load: an API of axum and sqlx, without telemetry, with spanweave, and with the usual stack.
//!
//! `GET /api/tasks/` is a root, a service, two repositories and two SQL statements: six spans. Each variant is served by a
//! process of its own, which is this program started once more, because a subscriber changes what all of its process
//! costs. They export over OTLP/HTTP to receivers in this one, which also makes the load. They are loaded in turns, in
//! rotation, so that a noisy machine disturbs all alike, and compared with their neighbours in time.
//!
//! The figures are of a machine with **two cores, which the servers, the load and the receiver share**: fewer requests
//! per second than a server alone would make, and what the load takes of a request is in its latency. The CPU time is
//! the server's alone: of all its threads, from the start of a turn to that of its next, so that what is exported late
//! counts, too. That includes what it takes when idle.
//!
//! `cargo bench --manifest-path benches/Cargo.toml --bench server`
#![allow(clippy::cast_precision_loss, reason = "times and counts are shown, not counted with")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{env, thread};

use bytes::Bytes;
use tokio::runtime::{Builder, Runtime};

mod server {
    pub mod api;
    pub mod app_plain;
    pub mod app_spanweave;
    pub mod app_tracing;
    pub mod load;
    pub mod process;
    pub mod receiver;
    pub mod serve;
}

use server::api::ROUTE;
use server::load::{self, CONNECTIONS, TURN, Turn};
use server::process::Server;
use server::receiver::Receiver;
use server::serve::{self, PLAIN, SPANWEAVE, TRACING};

const SPANS_PER_TRACE: f64 = 6.0;

/// After one that warms up, and does not count.
const TURNS: usize = 11;
/// Longer than ended traces wait in spanweave, and so none is exported in the turn of another.
const SETTLE: Duration = Duration::from_millis(600);
/// Longer than ended spans wait in the batch processor. A variant's own next turn is farther away than that.
const DRAIN: Duration = Duration::from_secs(6);

struct Variant {
    name: &'static str,
    version: &'static str,
    /// The part of the traces that is sampled, where there are any.
    ratio: Option<f64>,
}

/// The first is what the others are compared with.
const VARIANTS: [Variant; 5] = [
    Variant { name: "plain", version: PLAIN, ratio: None },
    Variant { name: "spanweave, ratio 0.1", version: SPANWEAVE, ratio: Some(0.1) },
    Variant { name: "spanweave, ratio 1.0", version: SPANWEAVE, ratio: Some(1.0) },
    Variant { name: "usual stack, ratio 0.1", version: TRACING, ratio: Some(0.1) },
    Variant { name: "usual stack, ratio 1.0", version: TRACING, ratio: Some(1.0) },
];

/// Of one turn: requests per second, p50, p99, and the server's CPU time per request; times in microseconds.
type Figures = [f64; 4];

/// A variant's server, and what was seen of it.
struct Contender {
    variant: Variant,
    server: Server,
    receiver: Receiver,
    turns: Vec<Turn>,
    /// At the start of each turn, and after the last.
    cpu_times: Vec<Duration>,
}

impl Contender {
    fn start(variant: Variant, receivers: &Runtime) -> Contender {
        let receiver = receivers.block_on(Receiver::start());
        let variables = variant.ratio.map(|ratio| {
            [
                ("OBS_TRACES_URL", receiver.url.clone()),
                ("OBS_INGEST_TOKEN", "any".to_owned()),
                ("OTEL_TRACES_SAMPLER_ARG", ratio.to_string()),
            ]
        });
        let server = Server::start(variant.version, variables.iter().flatten());
        Contender { variant, server, receiver, turns: Vec::new(), cpu_times: Vec::new() }
    }

    fn turn(&mut self, load: &Runtime, expected: &Bytes) {
        self.cpu_times.push(self.server.cpu_time());
        self.turns.push(load.block_on(load::turn(self.server.port, ROUTE, expected)));
        thread::sleep(SETTLE);
    }

    fn figures(&self) -> Vec<Figures> {
        let cpu_times = self.cpu_times.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
        let figures = |(turn, cpu_time): (&Turn, Duration)| {
            let cpu_per_request = micros(cpu_time) / turn.requests as f64;
            [turn.per_second, micros(turn.p50), micros(turn.p99), cpu_per_request]
        };
        self.turns.iter().zip(cpu_times).skip(1).map(figures).collect()
    }

    /// Ends the server, which exports what it still has, and prints what has arrived and what has not.
    fn finish(self, load: &Runtime) {
        let requests: usize = self.turns.iter().map(|turn| turn.requests).sum();
        let has_metrics = self.variant.version == SPANWEAVE;
        let metrics = has_metrics.then(|| load.block_on(load::get(self.server.port, "/metrics")));
        self.server.stop();
        let Some(ratio) = self.variant.ratio else { return };
        let received = &self.receiver.received;
        let per_request = |count: &AtomicU64| count.load(Ordering::Relaxed) as f64 / requests as f64;
        println!(
            "{:<24}{requests:>12}{:>12.3}{:>12.3}{:>12.0}{:>12}   {}",
            self.variant.name,
            SPANS_PER_TRACE * ratio,
            per_request(&received.spans),
            per_request(&received.bytes),
            received.batches.load(Ordering::Relaxed),
            metrics.map_or_else(|| "unknown".to_owned(), |metrics| dropped(&metrics)),
        );
    }
}

/// Spanweave's own counts, for those reasons that there were.
fn dropped(metrics: &[u8]) -> String {
    let metrics = str::from_utf8(metrics).expect("metrics are text");
    let lines = metrics.lines().filter_map(|line| line.strip_prefix("spanweave_spans_dropped_total"));
    let mut counts: Vec<_> = lines.collect();
    assert!(!counts.is_empty(), "every reason is there from the start");
    counts.retain(|count| !count.ends_with(" 0"));
    if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn print_figures(name: &str, turns: &[Figures], plain: &[Figures]) {
    let against = |column: usize, compare: fn(f64, f64) -> f64| {
        median(turns.iter().zip(plain).map(|(turn, plain)| compare(turn[column], plain[column])))
    };
    let value = |column: usize| median(turns.iter().map(|turn| turn[column]));
    let ratio = |column| against(column, |turn, plain| turn / plain);
    println!(
        "{name:<24}{:>12.0}{:>7.2}{:>10.0}{:>7.2}{:>10.0}{:>7.2}{:>10.1}{:>7.2}{:>8.1}",
        value(0),
        ratio(0),
        value(1),
        ratio(1),
        value(2),
        ratio(2),
        value(3),
        ratio(3),
        against(3, |turn, plain| turn - plain),
    );
}

fn compare() {
    // The receivers answer while the load runs, on a thread of their own.
    let receivers = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let receivers = receivers.expect("a bench can make a runtime");
    let load = Builder::new_current_thread().enable_all().build().expect("a bench can make a runtime");

    let mut contenders = VARIANTS.map(|variant| Contender::start(variant, &receivers));
    let expected = load.block_on(load::get(contenders[0].server.port, ROUTE));
    for turn in 0..=TURNS {
        for step in 0..contenders.len() {
            let index = (turn + step) % contenders.len();
            contenders[index].turn(&load, &expected);
        }
    }
    thread::sleep(DRAIN);
    for contender in &mut contenders {
        contender.cpu_times.push(contender.server.cpu_time());
    }

    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!(
        "{cores} cores for servers and load, {CONNECTIONS} connections, {TURNS} turns of {TURN:?}; times in microseconds"
    );
    println!("medians; x and + are medians, too, of what a turn was against plain's of the same round");
    println!(
        "{:<24}{:>12}{:>7}{:>10}{:>7}{:>10}{:>7}{:>10}{:>7}{:>8}",
        "", "requests/s", "x", "p50", "x", "p99", "x", "CPU", "x", "+"
    );
    let plain = contenders[0].figures();
    for contender in &contenders {
        print_figures(contender.variant.name, &contender.figures(), &plain);
    }

    println!("\nwhat was exported, per request; no request failed");
    println!(
        "{:<24}{:>12}{:>12}{:>12}{:>12}{:>12}   dropped",
        "", "requests", "spans due", "received", "bytes", "batches"
    );
    for contender in contenders {
        contender.finish(&load);
    }
}

fn main() {
    // What is left are cargo's own arguments.
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", version] => serve::run(version),
        _ => compare(),
    }
}
