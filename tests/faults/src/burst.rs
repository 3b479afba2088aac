//! An application that serves requests as fast as it can until it is told to stop, and then says what it has counted.
//!
//! `burst URL` exports to that URL. Every tenth of a second a line `ended N` says how many spans have ended. On SIGTERM it
//! stops, shuts its telemetry down within four seconds, and prints `served N` and its metrics.

use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use std::{env, thread};

use spanweave::{Otlp, Telemetry};
use spanweave_faults::{SPANS_PER_REQUEST, Tasks};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> Result<(), Box<dyn Error>> {
    let url = env::args().nth(1).ok_or("usage: burst URL")?;
    let telemetry = Telemetry::builder().sampling_ratio(1.0).otlp(Otlp::http(url)).build()?;
    let (stop, ended) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));

    let serving = {
        let (telemetry, stop, ended) = (telemetry.clone(), Arc::clone(&stop), Arc::clone(&ended));
        thread::spawn(move || serve(&telemetry, &stop, &ended))
    };
    let saying = {
        let (stop, ended) = (Arc::clone(&stop), Arc::clone(&ended));
        thread::spawn(move || say(&stop, &ended))
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        signal(SignalKind::terminate())?.recv().await;
        io::Result::Ok(())
    })?;

    // What runs goes on and ends meanwhile, as in a server that is being drained.
    telemetry.shutdown(Duration::from_secs(4));
    stop.store(true, Ordering::Relaxed);
    serving.join().map_err(|_| "serving panicked")?;
    saying.join().map_err(|_| "saying panicked")??;
    writeln!(io::stdout(), "served {}\n{}", ended.load(Ordering::Relaxed), telemetry.metrics_text())?;
    Ok(())
}

fn serve(telemetry: &Telemetry, stop: &AtomicBool, ended: &AtomicUsize) {
    let tasks = Tasks::new();
    for user in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        tasks.serve(Some(telemetry), user);
        ended.fetch_add(SPANS_PER_REQUEST, Ordering::Relaxed);
        // A burst, not a melt-down: other processes have the machine, too.
        if user % 2 == 0 {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn say(stop: &AtomicBool, ended: &AtomicUsize) -> io::Result<()> {
    while !stop.load(Ordering::Relaxed) {
        writeln!(io::stdout(), "ended {}", ended.load(Ordering::Relaxed))?;
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
