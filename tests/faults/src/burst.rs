//! An application that serves requests until it is told to stop, and then says what it has counted.
//!
//! `burst URL` serves for a second without telemetry, and prints a line `plain LATENCY`. From then on it exports to that URL.
//! Every tenth of a second a line `ended N` says how many spans have ended, and every second a line `latency LATENCY` how
//! long the requests took. On SIGTERM it shuts its telemetry down within four seconds, stops, and prints `served N` and its
//! metrics.

use std::error::Error;
use std::io::{self, Write};
use std::time::Duration;
use std::{env, thread};

use spanweave::{Otlp, Telemetry};
use spanweave_faults::{Load, Progress, SPANS_PER_REQUEST, Served};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> Result<(), Box<dyn Error>> {
    let url = env::args().nth(1).ok_or("usage: burst URL")?;
    let plain = second().run(None, &Progress::default());
    writeln!(io::stdout(), "plain {}", plain.latency().line())?;

    let telemetry = Telemetry::builder().sampling_ratio(1.0).otlp(Otlp::http(url)).build()?;
    let progress = Progress::default();
    let served = thread::scope(|scope| {
        let serving = scope.spawn(|| serve(&telemetry, &progress));
        let saying = scope.spawn(|| say(&progress));
        let told = terminated();
        // What runs goes on and ends meanwhile, as in a server that is being drained.
        telemetry.shutdown(Duration::from_secs(4));
        progress.stop();
        saying.join().map_err(|_| io::Error::other("saying panicked"))??;
        told.and_then(|()| serving.join().map_err(|_| io::Error::other("serving panicked"))?)
    })?;
    writeln!(io::stdout(), "served {}\n{}", served.spans(), telemetry.metrics_text())?;
    Ok(())
}

/// A burst, not a melt-down: other processes have the machine, too.
fn second() -> Load {
    Load::new(2_000, Duration::from_secs(1))
}

fn terminated() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        signal(SignalKind::terminate())?.recv().await;
        Ok(())
    })
}

fn serve(telemetry: &Telemetry, progress: &Progress) -> io::Result<Served> {
    let mut served = Served::default();
    while !progress.is_stopped() {
        served.add(second().run(Some(telemetry), progress));
        writeln!(io::stdout(), "latency {}", served.latency().line())?;
    }
    Ok(served)
}

fn say(progress: &Progress) -> io::Result<()> {
    while !progress.is_stopped() {
        writeln!(io::stdout(), "ended {}", progress.requests() * SPANS_PER_REQUEST)?;
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
