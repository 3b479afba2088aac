//! The log as its readers see it: lines, with what differs from one run to the next in place of a name.

mod access;
mod events;
mod exported;
mod lines;
mod nested;
mod own_threads;
mod process;
mod waiting;

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use spanweave::Telemetry;
use spanweave::logs::Logs;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;

const PATIENCE: Duration = Duration::from_secs(30);

/// What was written.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A log that this thread writes to, into memory.
struct Log {
    telemetry: Telemetry,
    memory: Memory,
    _subscriber: DefaultGuard,
}

impl Log {
    fn of(telemetry: &Telemetry) -> Log {
        Log::with(telemetry, |logs| logs)
    }

    fn with(telemetry: &Telemetry, configure: impl FnOnce(Logs) -> Logs) -> Log {
        let memory = Memory::default();
        let layer = configure(telemetry.logs().writer(memory.clone())).layer().unwrap();
        // Series are the process', so another test can bring a metric to its bound, which each handle says once.
        let own = filter_fn(|metadata| !metadata.target().ends_with("::cardinality"));
        let subscriber = tracing_subscriber::registry().with(own).with(layer);
        let guard = tracing::subscriber::set_default(subscriber);
        Log { telemetry: telemetry.clone(), memory, _subscriber: guard }
    }

    /// As it was written.
    fn text(&self) -> String {
        assert!(self.telemetry.flush(PATIENCE));
        String::from_utf8(std::mem::take(&mut *self.memory.0.lock().unwrap())).unwrap()
    }

    /// Each line with its time, its numbers of lines, its latency and its ids masked; one id has one name.
    fn masked(&self) -> String {
        let mut names = Names::default();
        self.text().lines().map(|line| mask(line, &mut names) + "\n").collect()
    }
}

#[derive(Default)]
struct Names(HashMap<String, String>);

impl Names {
    fn of(&mut self, kind: &str, id: &str) -> String {
        let next = self.0.values().filter(|name| name.starts_with(kind)).count() + 1;
        self.0.entry(id.to_owned()).or_insert_with(|| format!("{kind}{next}")).clone()
    }
}

fn mask(line: &str, names: &mut Names) -> String {
    let parsed: Value = serde_json::from_str(line).unwrap();
    let mut masked = line.to_owned();
    let mut replace =
        |text: &str, by: &str| masked = masked.replace(&format!("\"{text}\""), &format!("\"{by}\""));
    replace(parsed["time"].as_str().unwrap(), "TIME");
    for (key, kind) in [("trace_id", "TRACE"), ("span_id", "SPAN")] {
        if let Some(id) = parsed[key].as_str() {
            replace(id, &names.of(kind, id));
        }
    }
    let (file, _) = parsed["caller"].as_str().unwrap().rsplit_once(':').unwrap();
    replace(parsed["caller"].as_str().unwrap(), &format!("{file}:LINE"));
    if let Some((before, after)) = masked.split_once("\"latency_ms\":") {
        let after = after.trim_start_matches(|char: char| char.is_ascii_digit() || char == '.');
        masked = format!("{before}\"latency_ms\":LATENCY{after}");
    }
    masked
}
