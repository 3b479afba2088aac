//! An application that runs for as long as it is told, while its collector comes and goes, and its own code panics.
//!
//! `soak [MINUTES]`, an hour if nothing is said. Every minute has a fault of its own; at the end of each a line says what
//! was served and lost so far, and what the application's process has. It fails if the sum of what was acknowledged and what is
//! counted as lost is not what was produced, or if that process has grown.

mod application;
mod process;

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;
use std::{env, io, thread};

use http::StatusCode;
use spanweave::testing::{Answer, OtlpReceiver};
use spanweave_faults::Account;

use process::{Minute, Steady};

type Failure = Box<dyn Error + Send + Sync>;

/// Until then everything has been in use once: each fault, and the longest queue.
const WARM_MINUTES: u64 = 10;
/// What the application's process may have grown by after that.
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

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => soak(60),
        [minutes] => soak(minutes.parse()?),
        ["application", url] => application::serve(url),
        _ => Err("usage: soak [MINUTES]".into()),
    }
}

fn soak(minutes: u64) -> Result<(), Failure> {
    let address = OtlpReceiver::start()?.address();
    let mut soak = Soak { steady: Steady::start(address)?, address, produced: 0, arrived: 0 };

    println!("minute  fault         requests  p99 \u{b5}s  arrived     lost        resident  threads  files");
    let mut warm = None;
    for (minute, fault) in (1..=minutes).zip(FAULTS.into_iter().cycle()) {
        let served = soak.minute(fault)?;
        soak.tell(minute, fault, &served);
        if minute == WARM_MINUTES {
            warm = Some(soak.steady.resident());
        }
    }
    let grown = warm.map_or(0, |warm| soak.steady.resident().saturating_sub(warm));
    let account = soak.end()?;
    println!("{account}");
    // A collector that stops in the middle of an answer has accepted what is sent again to the next one.
    let missing = account.produced.abs_diff(account.exported() + account.lost());
    if missing > 0 || account.arrived < account.exported() {
        return Err(format!("{missing} spans are neither acknowledged nor counted").into());
    }
    println!("{} KiB more than after {WARM_MINUTES} minutes", grown / 1_024);
    if grown > MOST_GROWTH { Err("the process has grown".into()) } else { Ok(()) }
}

struct Soak {
    steady: Steady,
    address: SocketAddr,
    produced: usize,
    arrived: usize,
}

impl Soak {
    /// A minute with this fault.
    fn minute(&mut self, fault: Fault) -> Result<Minute, Failure> {
        let collector = self.collector(fault)?;
        let steady = &mut self.steady;
        let served = thread::scope(|scope| {
            let serving = scope.spawn(|| steady.minute());
            self.arrived += taken_until(|| serving.is_finished(), collector.as_ref());
            serving.join().expect("asking for a minute does not panic")
        })?;
        self.produced += served.spans;
        self.arrived += collector.map_or(0, |collector| collector.stop().len());
        Ok(served)
    }

    fn collector(&self, fault: Fault) -> io::Result<Option<OtlpReceiver>> {
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

    fn tell(&self, minute: u64, fault: Fault, served: &Minute) {
        println!(
            "{minute:<8}{:<14}{:<10}{:<8}{:<12}{:<12}{:<10}{:<9}{}",
            format!("{fault:?}"),
            served.requests,
            served.p99_micros,
            self.arrived,
            served.lost,
            format!("{} MiB", self.steady.resident() >> 20),
            self.steady.entries("task"),
            self.steady.entries("fd"),
        );
    }

    /// Ends with a collector that takes what waits.
    fn end(self) -> io::Result<Account> {
        let collector = OtlpReceiver::start_at(self.address)?;
        let Soak { steady, produced, mut arrived, .. } = self;
        let metrics = thread::scope(|scope| {
            let ending = scope.spawn(|| steady.end());
            arrived += taken_until(|| ending.is_finished(), Some(&collector));
            ending.join().expect("waiting for its end does not panic")
        })?;
        arrived += collector.stop().len();
        Ok(Account { arrived, ..Account::new(produced, None, &metrics) })
    }
}

/// How many spans a collector has accepted by the time that something has happened; they are not kept.
fn taken_until(happened: impl Fn() -> bool, collector: Option<&OtlpReceiver>) -> usize {
    let mut taken = 0;
    while !happened() {
        thread::sleep(Duration::from_millis(200));
        taken += collector.map_or(0, |collector| collector.take().len());
    }
    taken
}
