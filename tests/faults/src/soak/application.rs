//! The application: serves for a minute whenever it is told to, and tells what became of it.

use std::io::{self, Write};
use std::time::Duration;

use spanweave::{Otlp, Telemetry};
use spanweave_faults::{Account, Load, Progress};

use crate::Failure;

/// Exports to a URL. For each line on its standard input it serves a minute of 1,000 requests a second, one in a hundred of
/// which panics, and prints how many requests and spans there were, the 99th percentile in microseconds, and how many spans
/// it counts as lost so far. When there are no more lines it exports what waits, and prints its metrics.
pub fn serve(url: &str) -> Result<(), Failure> {
    std::panic::set_hook(Box::new(|_| {}));
    let telemetry = Telemetry::builder().sampling_ratio(1.0).otlp(Otlp::http(url)).build()?;
    let load = Load { panics: Some(100), ..Load::new(1_000, Duration::from_mins(1)) };
    for line in io::stdin().lines() {
        line?;
        let served = load.run(Some(&telemetry), &Progress::default());
        let lost = Account::new(0, None, &telemetry.metrics_text()).lost();
        let (requests, spans, p99) = (served.requests(), served.spans(), served.latency().p99.as_micros());
        writeln!(io::stdout(), "{requests} {spans} {p99} {lost}")?;
    }
    telemetry.flush(Duration::from_mins(2));
    telemetry.shutdown(Duration::from_secs(10));
    write!(io::stdout(), "{}", telemetry.metrics_text())?;
    Ok(())
}
