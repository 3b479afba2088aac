//! A process that is told to stop, and one that is killed.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

use http::StatusCode;
use spanweave::testing::{Answer, OtlpReceiver};
use spanweave_faults::{Account, Latency, SPANS_PER_REQUEST};

/// What a burst makes within two seconds, about.
const SPANS: usize = 2 * 2_000 * SPANS_PER_REQUEST;

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

    /// Waits until it says that so many spans have ended. Returns what it has said.
    fn wait_for(&mut self, spans: usize) -> String {
        let mut said = String::new();
        while last(&said, "ended ").is_none_or(|ended| ended.parse::<usize>().unwrap() < spans) {
            assert!(self.said.read_line(&mut said).unwrap() > 0, "it has ended: {said}");
        }
        said
    }

    /// Everything else that it says until it ends, and whether it ended well.
    fn end(mut self) -> (String, bool) {
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        (said, self.process.wait().unwrap().success())
    }
}

/// What is behind a word in the last line that begins with it.
fn last<'s>(said: &'s str, word: &str) -> Option<&'s str> {
    said.lines().rev().find_map(|line| line.strip_prefix(word))
}

fn number(said: &str, word: &str) -> usize {
    let number = last(said, word).and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("no `{word}` in {said}"))
}

/// Tells how the requests fared, none of which has waited for the export.
fn tell(what: &str, account: &Account, said: &str) {
    let latency = |word: &str| last(said, word).and_then(Latency::of_line).unwrap();
    let (latency, plain) = (latency("latency "), latency("plain "));
    println!("{what}: {account}; {latency}, without telemetry {plain}");
    latency.assert_undisturbed(plain);
}

/// What became of the spans of a burst that was told to stop, when it had `said` that much.
fn terminated(what: &str, burst: Burst, mut said: String, collector: &OtlpReceiver) -> Account {
    burst.signal("TERM");
    let (rest, well) = burst.end();
    said += &rest;
    assert!(well, "{said}");
    let account = Account::new(number(&said, "served "), Some(collector), &said);
    tell(what, &account, &said);
    account.assert_balanced();
    account
}

#[test]
fn sigterm_in_the_middle_of_a_burst_loses_nothing_that_had_ended() {
    let collector = OtlpReceiver::start().unwrap();
    let mut burst = Burst::start(&collector.url());
    let said = burst.wait_for(SPANS);
    let account = terminated("SIGTERM in a burst", burst, said, &collector);
    // What ended after it was told to stop is lost, and nothing else.
    assert_eq!(account.lost_for("otlp"), 0, "{account}");
    assert_eq!(account.lost(), account.lost_as(&["shut_down"]), "{account}");
}

#[test]
fn sigterm_while_the_collector_is_out_of_order_ends_in_time() {
    let collector = OtlpReceiver::start().unwrap();
    collector.answer(Answer::Status(StatusCode::SERVICE_UNAVAILABLE));
    let mut burst = Burst::start(&collector.url());
    let said = burst.wait_for(SPANS);
    let account = terminated("SIGTERM, collector out of order", burst, said, &collector);
    assert_eq!(account.lost(), account.produced, "{account}");
}

#[test]
fn what_kill_9_loses_is_what_waited() {
    let collector = OtlpReceiver::start().unwrap();
    let mut burst = Burst::start(&collector.url());
    let mut said = burst.wait_for(SPANS);
    let ended_before = number(&said, "ended ");
    // Twice the time that a trace waits for others, and as much again for the way.
    thread::sleep(Duration::from_secs(2));
    burst.signal("KILL");
    said += &burst.end().0;
    let ended = number(&said, "ended ");
    let account = Account::new(ended, Some(&collector), "");
    tell("kill -9", &account, &said);
    assert!(account.arrived >= ended_before, "{ended_before} had ended two seconds before: {account}");
    assert_eq!(account.repeated, 0, "{account}");
}

/// The library that fakes the time, wherever a distribution has it.
fn faketime() -> Option<PathBuf> {
    let folders = ["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from);
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    // Debian has a folder for each architecture in between.
    let below: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    let candidates =
        folders.into_iter().chain(below).map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    candidates.into_iter().find(|path| path.exists())
}

#[test]
fn a_wall_clock_that_steps_back_confuses_nobody() {
    let Some(faketime) = faketime() else {
        println!(
            "a clock that steps back: SKIPPED, because faketime is not installed (apt-get install faketime)"
        );
        return;
    };
    let collector = OtlpReceiver::start().unwrap();
    let clock = std::env::temp_dir().join(format!("spanweave-clock-{}", std::process::id()));
    fs::write(&clock, "+0").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_burst"));
    command
        .arg(collector.url())
        .env("LD_PRELOAD", faketime)
        .env("FAKETIME_TIMESTAMP_FILE", &clock)
        .env("FAKETIME_CACHE_DURATION", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let mut burst = Burst::of(&mut command);
    let said = burst.wait_for(SPANS);
    fs::write(&clock, "-1h").unwrap();
    thread::sleep(Duration::from_secs(3));
    terminated("a clock that steps back an hour", burst, said, &collector);
    fs::remove_file(&clock).unwrap();
    let spans = collector.spans();
    let backwards = spans.iter().filter(|span| span.end_time < span.start_time).count();
    assert_eq!(backwards, 0);
    let starts: Vec<_> = spans.iter().map(|span| span.start_time).collect();
    let stepped = starts.iter().max().unwrap().duration_since(*starts.iter().min().unwrap()).unwrap();
    assert!(stepped > Duration::from_mins(50), "the clock was stepped back: {stepped:?}");
}
