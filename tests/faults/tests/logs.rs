//! A log that nobody takes: the disk is full, or standard output is closed.

use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};

use spanweave_faults::Latency;

/// What a process says of its log.
struct Said {
    logged: usize,
    written: usize,
    dropped: usize,
    latency: Latency,
    plain: Latency,
}

impl Said {
    fn read(said: &str) -> Said {
        let after = |word: &str| {
            said.lines().find_map(|line| line.strip_prefix(word)).unwrap_or_else(|| panic!("{said}"))
        };
        let latency = |word: &str| Latency::of_line(after(word)).unwrap();
        let dropped = said.lines().filter(|line| line.starts_with("spanweave_log_lines_dropped_total{"));
        Said {
            logged: after("logged ").parse().unwrap(),
            written: after("spanweave_log_lines_written_total ").parse().unwrap(),
            dropped: dropped.map(|line| line.rsplit_once(' ').unwrap().1.parse::<usize>().unwrap()).sum(),
            latency: latency("latency "),
            plain: latency("plain "),
        }
    }
}

/// Runs the application with this standard output, which nobody reads.
fn run(what: &str, stdout: Stdio) -> Said {
    let mut process = Command::new(env!("CARGO_BIN_EXE_logging"))
        .env("RUST_LOG", "spanweave_faults=info")
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(process.stdout.take());
    let mut said = String::new();
    process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(process.wait().unwrap().success(), "{said}");
    let said = Said::read(&said);
    let Said { logged, written, dropped, latency, plain } = &said;
    println!(
        "{what}: {logged} lines logged, {written} written, {dropped} dropped; {latency}, without telemetry {plain}"
    );
    assert_eq!(written + dropped, *logged);
    latency.assert_undisturbed(*plain);
    said
}

#[test]
fn the_disk_is_full() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(run("full disk", full.into()).written, 0);
}

#[test]
fn standard_output_is_closed() {
    assert_eq!(run("closed output", Stdio::piped()).written, 0);
}

#[test]
fn everything_is_as_it_should_be() {
    assert_eq!(run("a log that is written", Stdio::null()).dropped, 0);
}
