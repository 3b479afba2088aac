//! More than anybody takes, for a minute.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use std::{fs, thread};

use spanweave::Telemetry;
use spanweave_faults::{Account, Load, Progress, Served};

use crate::scenario::{telemetry, tell};

/// What waits for an exporter may take, by default.
const QUEUE: usize = 64 << 20;
/// With what the threads hold that collect, convert and send, and with room for the allocator.
const BESIDE_THE_QUEUE: usize = 64 << 20;
/// Attempts that the back-off allows within a minute, and the time to shut down after it.
const MOST_ATTEMPTS: usize = 20;

#[test]
fn fifty_thousand_requests_a_second_for_a_minute_without_a_collector() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let telemetry = telemetry(&format!("http://{nobody}/v1/traces"));
    let load = Load::new(50_000, Duration::from_mins(1));
    let before = resident();
    let (served, most) = run_and_weigh(load, &telemetry);
    telemetry.shutdown(Duration::from_secs(2));
    let account = Account::new(served.spans(), None, &telemetry.metrics_text());
    account.assert_balanced();
    assert_eq!(account.lost(), account.produced, "{account}");
    assert!(account.attempts <= MOST_ATTEMPTS, "{} attempts", account.attempts);

    let grown = most.saturating_sub(before + served.bytes());
    println!("50,000/s for a minute: {} MB more than before, at most", grown >> 20);
    assert!(grown < QUEUE + BESIDE_THE_QUEUE, "{grown} bytes");

    let plain = tell("50,000/s for a minute", load, &served, &account);
    // Unoptimised code does not keep the pace, with telemetry or without.
    let unoptimised = cfg!(debug_assertions);
    let least = if unoptimised { load.requests() / 10 } else { load.requests() / 100 * 99 };
    assert!(served.requests() >= least, "{} of {}", served.requests(), load.requests());
    served.latency().assert_undisturbed(plain);
}

/// Serves the load, and looks meanwhile how much memory the process has at most.
fn run_and_weigh(load: Load, telemetry: &Telemetry) -> (Served, usize) {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let weighing = scope.spawn(|| {
            let mut most = 0;
            while !is_over.load(Relaxed) {
                most = most.max(resident());
                thread::sleep(Duration::from_millis(50));
            }
            most
        });
        let served = load.run(Some(telemetry), &Progress::default());
        is_over.store(true, Relaxed);
        (served, weighing.join().unwrap())
    })
}

/// The memory that the process has, in bytes.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
}
