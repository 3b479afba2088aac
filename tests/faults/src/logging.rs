//! An application that logs a line for each request, to a standard output that may take none.
//!
//! `logging` serves for two seconds without telemetry, and for two more with a log, and then says on standard error: `plain
//! LATENCY`, `latency LATENCY`, `logged N`, and what it has counted of the log's lines.

use std::error::Error;
use std::io::{self, Write};
use std::time::Duration;

use spanweave::Telemetry;
use spanweave_faults::{Load, Progress};

fn main() -> Result<(), Box<dyn Error>> {
    let load = Load::new(2_000, Duration::from_secs(2));
    let plain = load.run(None, &Progress::default());

    let telemetry = Telemetry::builder().sampling_ratio(1.0).build()?;
    telemetry.logs().env()?.install()?;
    let served = load.run(Some(&telemetry), &Progress::default());
    telemetry.shutdown(Duration::from_secs(5));

    let mut said = io::stderr();
    writeln!(said, "plain {}\nlatency {}", plain.latency().line(), served.latency().line())?;
    writeln!(said, "logged {}", served.requests())?;
    let metrics = telemetry.metrics_text();
    for line in metrics.lines().filter(|line| line.starts_with("spanweave_log_lines_")) {
        writeln!(said, "{line}")?;
    }
    Ok(())
}
