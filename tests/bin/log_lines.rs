//! Waits for a line on its standard input, logs so many lines of so many bytes, and tells on standard error what became of
//! them: `log-lines <lines> <bytes>`. A third argument says what happens then: `record`, one of the crate `log`; `panics`, one that is
//! logged; `messages`, the same with what it says. Exits with 2 when it could not start.

use std::error::Error;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use spanweave::Telemetry;

fn run(lines: usize, bytes: usize, then: &str) -> Result<(), Box<dyn Error>> {
    let telemetry = Telemetry::from_env()?;
    let (messages, panics) = (then == "messages", matches!(then, "panics" | "messages"));
    telemetry.logs().env()?.otlp()?.panics(panics).panic_messages(messages).install()?;
    std::io::stdin().read_line(&mut String::new())?;
    let padding = "x".repeat(bytes);
    for line in 0..lines {
        tracing::info!(line, padding, "line");
    }
    tracing::debug!("not at the usual level");
    if then == "record" {
        log::warn!(target: "of_log", "of {lines} lines");
    }
    if panics {
        telemetry.root("work").in_scope(|ctx| {
            let _panicked = thread::spawn(ctx.wrap(|| panic!("hunter{}", 2))).join();
        });
    }
    eprintln!("flushed: {}", telemetry.shutdown(Duration::from_secs(2)));
    for line in telemetry.metrics_text().lines().filter(|line| line.starts_with("spanweave_log_lines_")) {
        eprintln!("{line}");
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |index: usize| arguments.get(index).map_or("", String::as_str);
    let number = |index| argument(index).parse().unwrap_or_default();
    match run(number(0), number(1), argument(2)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
