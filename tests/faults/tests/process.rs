//! A process that is told to stop, and one that is killed.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;
use std::{path::Path, thread};

use http::StatusCode;
use spanweave::testing::{Answer, OtlpReceiver};
use spanweave_faults::Account;

struct Burst {
    process: Child,
    said: BufReader<ChildStdout>,
}

impl Burst {
    fn start(url: &str) -> Burst {
        Burst::of(Command::new(env!("CARGO_BIN_EXE_burst")).arg(url))
    }

    fn of(command: &mut Command) -> Burst {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        Burst { process, said }
    }

    fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Everything that it says until it ends, and whether it ended well.
    fn end(mut self) -> (String, bool) {
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        (said, self.process.wait().unwrap().success())
    }
}

fn number(said: &str, word: &str) -> usize {
    let mut numbers = said.lines().rev().filter_map(|line| line.strip_prefix(word)?.trim().parse().ok());
    numbers.next().unwrap_or_else(|| panic!("no `{word}` in {said}"))
}

/// What became of the spans of a burst that was told to stop.
fn terminated(burst: Burst, collector: &OtlpReceiver) -> Account {
    burst.signal("TERM");
    let (said, well) = burst.end();
    assert!(well, "{said}");
    Account::new(number(&said, "served "), Some(collector), &said)
}

#[test]
fn sigterm_in_the_middle_of_a_burst_loses_nothing_that_had_ended() {
    let collector = OtlpReceiver::start().unwrap();
    let burst = Burst::start(&collector.url());
    thread::sleep(Duration::from_secs(2));
    let account = terminated(burst, &collector);
    println!("SIGTERM in a burst: {account}");
    account.assert_balanced();
    // What ended after it was told to stop is lost, and nothing else.
    assert_eq!(account.lost_for("otlp"), 0, "{account}");
    assert_eq!(account.lost(), account.lost_as(&["shut_down"]), "{account}");
}

#[test]
fn sigterm_while_the_collector_is_out_of_order_ends_in_time() {
    let collector = OtlpReceiver::start().unwrap();
    collector.answer(Answer::Status(StatusCode::SERVICE_UNAVAILABLE));
    let burst = Burst::start(&collector.url());
    thread::sleep(Duration::from_secs(2));
    let account = terminated(burst, &collector);
    println!("SIGTERM, collector out of order: {account}");
    account.assert_balanced();
}

#[test]
fn what_kill_9_loses_is_what_waited() {
    let collector = OtlpReceiver::start().unwrap();
    let mut burst = Burst::start(&collector.url());
    thread::sleep(Duration::from_secs(3));
    burst.signal("KILL");
    let mut said = String::new();
    while burst.said.read_line(&mut said).unwrap() > 0 {}
    burst.process.wait().unwrap();
    let ended = number(&said, "ended ");
    let arrived = collector.span_count();
    println!("kill -9: at least {ended} ended, {arrived} arrived; the rest is lost, and nobody can count it");
    assert!(arrived > 0);
}

const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

#[test]
fn a_wall_clock_that_steps_back_confuses_nobody() {
    if !Path::new(FAKETIME).exists() {
        println!(
            "a clock that steps back: skipped, because faketime is not installed (apt-get install faketime)"
        );
        return;
    }
    let collector = OtlpReceiver::start().unwrap();
    let clock = std::env::temp_dir().join(format!("spanweave-clock-{}", std::process::id()));
    std::fs::write(&clock, "+0").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_burst"));
    command
        .arg(collector.url())
        .env("LD_PRELOAD", FAKETIME)
        .env("FAKETIME_TIMESTAMP_FILE", &clock)
        .env("FAKETIME_CACHE_DURATION", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let burst = Burst::of(&mut command);
    thread::sleep(Duration::from_secs(2));
    std::fs::write(&clock, "-1h").unwrap();
    thread::sleep(Duration::from_secs(3));
    let account = terminated(burst, &collector);
    std::fs::remove_file(&clock).unwrap();
    println!("a clock that steps back an hour: {account}");
    account.assert_balanced();
    let spans = collector.spans();
    let backwards = spans.iter().filter(|span| span.end_time < span.start_time).count();
    assert_eq!(backwards, 0);
    let starts: Vec<_> = spans.iter().map(|span| span.start_time).collect();
    let stepped = starts.iter().max().unwrap().duration_since(*starts.iter().min().unwrap()).unwrap();
    assert!(stepped > Duration::from_mins(50), "the clock was stepped back: {stepped:?}");
}
