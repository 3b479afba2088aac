//! More than anybody takes, for a minute.

use std::fs;
use std::time::Duration;

use spanweave_faults::Load;

use crate::scenario::{run, telemetry};

/// What spans may take in one handle's queue and in the whole process, with room for the allocator.
const MOST_MEGABYTES: usize = 512;

#[test]
fn fifty_thousand_requests_a_second_for_a_minute_without_a_collector() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let telemetry = telemetry(&format!("http://{nobody}/v1/traces"));
    let load = Load::new(50_000, Duration::from_mins(1));
    let before = resident_megabytes();
    let account = run("50,000/s for a minute", load, &telemetry, None, Duration::from_secs(2));
    let grown = resident_megabytes().saturating_sub(before);
    println!("50,000/s for a minute: {grown} MB more than before");
    assert_eq!(account.lost(), account.produced, "{account}");
    assert!(grown < MOST_MEGABYTES, "{grown} MB");
}

fn resident_megabytes() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1_024
}
