//! Waits for a line on its standard input, logs so many lines of so many bytes, and tells on standard error what became of
//! them: `log-lines <lines> <bytes>`. Exits with 2 when it could not start.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use spanweave::Telemetry;

fn run(lines: usize, bytes: usize) -> Result<(), Box<dyn Error>> {
    let telemetry = Telemetry::from_env()?;
    telemetry.logs().env()?.otlp()?.install()?;
    std::io::stdin().read_line(&mut String::new())?;
    let padding = "x".repeat(bytes);
    for line in 0..lines {
        tracing::info!(line, padding, "line");
    }
    tracing::debug!("not at the usual level");
    eprintln!("flushed: {}", telemetry.shutdown(Duration::from_secs(2)));
    for line in telemetry.metrics_text().lines().filter(|line| line.starts_with("spanweave_log_lines_")) {
        eprintln!("{line}");
    }
    Ok(())
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().unwrap_or_default());
    let (lines, bytes) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
    match run(lines, bytes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
