//! An application that runs for as long as it is told, while its collector comes and goes, and its own code panics.
//!
//! `soak [MINUTES]`, an hour if nothing is said. Every minute has a fault of its own; at the end of each a line says what
//! was served and lost so far, and what the process has. It fails if the sum of what was acknowledged and what is counted as lost
//! is not what was produced, or if the process has grown.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use http::StatusCode;
use spanweave::testing::{Answer, OtlpReceiver};
use spanweave::{Otlp, Telemetry};
use spanweave_faults::{Account, Load, Served};

const PER_SECOND: u32 = 1_000;
/// Until then everything has been in use once: each fault, and the longest queue.
const WARM_MINUTES: u64 = 10;
/// What the process, in which the collectors run, too, may have grown by after that.
const MOST_GROWTH: usize = 64 << 20;

/// What is wrong with the collector for a minute.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Nothing,
    Gone,
    Unavailable,
    Refuses,
    TooMany,
}

const FAULTS: [Fault; 5] = [Fault::Nothing, Fault::Gone, Fault::Unavailable, Fault::Refuses, Fault::TooMany];

fn main() -> Result<(), Box<dyn Error>> {
    let minutes: u64 = env::args().nth(1).map_or(Ok(60), |minutes| minutes.parse())?;
    std::panic::set_hook(Box::new(|_| {}));
    let address = OtlpReceiver::start()?.address();
    let url = format!("http://{address}/v1/traces");
    let telemetry = Telemetry::builder().sampling_ratio(1.0).otlp(Otlp::http(url)).build()?;
    let mut soak = Soak { telemetry, address, produced: 0, arrived: 0 };

    println!("minute  fault         requests  p99         arrived     lost        resident  threads  files");
    let mut warm = None;
    for (minute, fault) in (1..=minutes).zip(FAULTS.into_iter().cycle()) {
        let served = soak.minute(fault)?;
        soak.tell(minute, fault, &served);
        if minute == WARM_MINUTES {
            warm = Some(resident());
        }
    }
    let account = soak.end()?;
    println!("{account}");
    // A collector that stops in the middle of an answer has accepted what is sent again to the next one.
    let missing = account.produced.abs_diff(account.exported + account.lost());
    if missing > 0 || account.arrived < account.exported {
        return Err(format!("{missing} spans are neither acknowledged nor counted").into());
    }
    let grown = warm.map_or(0, |warm| resident().saturating_sub(warm));
    println!("{} KiB more than after {WARM_MINUTES} minutes", grown / 1_024);
    if grown > MOST_GROWTH { Err("the process has grown".into()) } else { Ok(()) }
}

struct Soak {
    telemetry: Telemetry,
    address: SocketAddr,
    produced: usize,
    arrived: usize,
}

impl Soak {
    /// Serves for a minute, with one request in a hundred that panics.
    fn minute(&mut self, fault: Fault) -> std::io::Result<Served> {
        let load = Load { panics: Some(100), ..Load::new(PER_SECOND, Duration::from_mins(1)) };
        let stop = AtomicBool::new(false);
        let collector = self.collector(fault)?;
        let telemetry = &self.telemetry;
        let served = thread::scope(|scope| {
            let serving = scope.spawn(|| load.run(Some(telemetry), &stop));
            while !serving.is_finished() {
                thread::sleep(Duration::from_millis(200));
                self.arrived += collector.as_ref().map_or(0, |collector| collector.take().len());
            }
            serving.join().expect("a load does not panic")
        });
        self.produced += served.spans();
        self.arrived += collector.map_or(0, |collector| collector.stop().len());
        Ok(served)
    }

    fn collector(&self, fault: Fault) -> std::io::Result<Option<OtlpReceiver>> {
        if matches!(fault, Fault::Gone) {
            return Ok(None);
        }
        let collector = OtlpReceiver::start_at(self.address)?;
        match fault {
            Fault::Nothing | Fault::Gone => {}
            Fault::Unavailable => collector.answer(Answer::Status(StatusCode::SERVICE_UNAVAILABLE)),
            Fault::Refuses => collector.answer(Answer::Status(StatusCode::UNAUTHORIZED)),
            Fault::TooMany => {
                let later = Answer::RetryAfter(StatusCode::TOO_MANY_REQUESTS, 2);
                collector.answer_next(vec![later; 10]);
            }
        }
        Ok(Some(collector))
    }

    fn tell(&self, minute: u64, fault: Fault, served: &Served) {
        let lost = Account::new(self.produced, None, &self.telemetry.metrics_text()).lost();
        println!(
            "{minute:<8}{:<14}{:<10}{:<12}{:<12}{lost:<12}{:<10}{:<9}{}",
            format!("{fault:?}"),
            served.requests(),
            format!("{:?}", served.p99()),
            self.arrived,
            format!("{} MiB", resident() >> 20),
            entries("/proc/self/task"),
            entries("/proc/self/fd"),
        );
    }

    /// Ends with a collector that takes what waits.
    fn end(mut self) -> std::io::Result<Account> {
        let collector = OtlpReceiver::start_at(self.address)?;
        let begun = Instant::now();
        while !self.telemetry.flush(Duration::from_secs(1)) && begun.elapsed() < Duration::from_mins(2) {
            self.arrived += collector.take().len();
        }
        self.telemetry.shutdown(Duration::from_secs(10));
        self.arrived += collector.stop().len();
        let account = Account::new(self.produced, None, &self.telemetry.metrics_text());
        Ok(Account { arrived: self.arrived, ..account })
    }
}

fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok());
    kilobytes.unwrap_or_default() * 1_024
}

fn entries(folder: &str) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}
