//! How a fault is run and told.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use spanweave::testing::OtlpReceiver;
use spanweave::{Otlp, Telemetry};
use spanweave_faults::{Account, Load, Served};

/// Requests for two seconds, 2,000 a second.
pub fn two_seconds() -> Load {
    Load::new(2_000, Duration::from_secs(2))
}

/// A handle that keeps every trace and exports to a URL, with little patience.
pub fn telemetry(url: &str) -> Telemetry {
    let otlp = Otlp::http(url).bearer_token("right").timeout(Duration::from_secs(1));
    Telemetry::builder().sampling_ratio(1.0).otlp(otlp).build().unwrap()
}

/// Serves a load under a handle, shuts the handle down, and gives an account.
pub fn run(
    what: &str,
    load: Load,
    telemetry: &Telemetry,
    collector: Option<&OtlpReceiver>,
    deadline: Duration,
) -> Account {
    let served = load.run(Some(telemetry), &AtomicBool::new(false));
    telemetry.shutdown(deadline);
    let account = Account::new(served.spans(), collector, &telemetry.metrics_text());
    tell(what, load, &served, &account);
    account.assert_balanced();
    account
}

/// Prints the account, and how the requests fared beside the same ones without telemetry.
pub fn tell(what: &str, load: Load, served: &Served, account: &Account) {
    let lasts = load.lasts.min(Duration::from_secs(2));
    let plain = Load { lasts, ..load }.run(None, &AtomicBool::new(false));
    let requests = served.requests();
    println!(
        "{what}: {account}; {requests} requests, p99 {:?}, without telemetry {:?}",
        served.p99(),
        plain.p99()
    );
}
