//! Whether the processes answer that they are there, ten times a second.

use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_millis(100);
/// A supervisor's patience.
const TIMEOUT: Duration = Duration::from_secs(1);

/// What was answered.
#[derive(Default)]
pub struct Health {
    pub probes: usize,
    pub failed: usize,
    pub slowest: Duration,
}

/// Asks until told to stop.
pub async fn probe(url: String, stop: CancellationToken) -> reqwest::Result<Health> {
    let client = reqwest::Client::builder().no_proxy().timeout(TIMEOUT).build()?;
    let mut health = Health::default();
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !stop.is_cancelled() {
        ticks.tick().await;
        let begun = Instant::now();
        let answer = client.get(format!("{url}/api/health/")).send().await;
        health.probes += 1;
        health.failed += usize::from(!answer.is_ok_and(|answer| answer.status().is_success()));
        health.slowest = health.slowest.max(begun.elapsed());
    }
    Ok(health)
}
