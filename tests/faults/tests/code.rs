//! Code that panics, and code that starts processes all the time.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{panic, thread};

use opentelemetry::trace::Status;
use spanweave::testing::OtlpReceiver;
use spanweave_faults::{Load, SPANS_PER_REQUEST};

use crate::scenario::{run, telemetry, two_seconds};

const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn one_request_in_ten_panics() {
    panic::set_hook(Box::new(|_| {}));
    let collector = OtlpReceiver::start().unwrap();
    let load = Load { panics: Some(10), ..two_seconds() };
    let account = run("panics", load, &telemetry(&collector.url()), Some(&collector), PATIENCE);
    let _default = panic::take_hook();
    assert_eq!(account.lost(), 0, "{account}");
    let spans = collector.spans();
    let panicked = spans.iter().filter(|span| span.status == Status::error("panicked")).count();
    // The repository's method, the service's and the root.
    assert!(panicked >= 3 * (spans.len() / SPANS_PER_REQUEST) / 10, "{panicked} of {account}");
}

#[test]
fn it_starts_processes_all_the_time() {
    let collector = OtlpReceiver::start().unwrap();
    let stop = AtomicBool::new(false);
    let account = thread::scope(|scope| {
        let starting = scope.spawn(|| {
            let mut children = 0;
            while !stop.load(Ordering::Relaxed) {
                assert!(Command::new("true").status().unwrap().success());
                children += 1;
            }
            children
        });
        let telemetry = telemetry(&collector.url());
        let account = run("starts processes", two_seconds(), &telemetry, Some(&collector), PATIENCE);
        stop.store(true, Ordering::Relaxed);
        println!("starts processes: {} children", starting.join().unwrap());
        account
    });
    assert_eq!(account.lost(), 0, "{account}");
}
