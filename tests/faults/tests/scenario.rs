//! How a fault is run and told.

use std::time::Duration;

use spanweave::testing::OtlpReceiver;
use spanweave::{Otlp, Telemetry};
use spanweave_faults::{Account, Latency, Load, Progress, Served};

/// The same requests without telemetry take no longer than this.
const MOST_PLAIN: Duration = Duration::from_secs(20);

/// Requests for two seconds, 2,000 a second.
pub fn two_seconds() -> Load {
    Load::new(2_000, Duration::from_secs(2))
}

/// A handle that keeps every trace and exports to a URL, with little patience.
pub fn telemetry(url: &str) -> Telemetry {
    let otlp = Otlp::http(url).bearer_token("right").timeout(Duration::from_secs(1));
    Telemetry::builder().sampling_ratio(1.0).otlp(otlp).build().unwrap()
}

/// Serves a load under a handle, shuts the handle down, and gives an account, which balances. No request has waited for the
/// export.
pub fn run(
    what: &str,
    load: Load,
    telemetry: &Telemetry,
    collector: Option<&OtlpReceiver>,
    deadline: Duration,
) -> Account {
    let served = load.run(Some(telemetry), &Progress::default());
    telemetry.shutdown(deadline);
    let account = Account::new(served.spans(), collector, &telemetry.metrics_text());
    account.assert_balanced();
    let plain = tell(what, load, &served, &account);
    served.latency().assert_undisturbed(plain);
    account
}

/// Prints the account, and how the requests fared; returns how the same ones fare without telemetry.
pub fn tell(what: &str, load: Load, served: &Served, account: &Account) -> Latency {
    let plain = Load { lasts: load.lasts.min(MOST_PLAIN), ..load }.run(None, &Progress::default());
    let (requests, latency, plain) = (served.requests(), served.latency(), plain.latency());
    println!("{what}: {account}; {requests} requests, {latency}, without telemetry {plain}");
    plain
}
