//! How long an attempt may take: its own time, and no longer than its lane has.

use std::future::poll_fn;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use tokio::time;

use crate::telemetry::export::Cutoff;

pub(super) struct Limit<'c> {
    pub(super) deadline: Instant,
    pub(super) timeout: Duration,
    pub(super) cutoff: &'c Cutoff,
}

impl<'c> Limit<'c> {
    pub(super) fn new(timeout: Duration, cutoff: &'c Cutoff) -> Limit<'c> {
        Limit { deadline: Instant::now() + timeout, timeout, cutoff }
    }

    /// Runs a part of the attempt; says why it could not be waited for.
    pub(super) async fn run<F: Future>(&self, part: F) -> Result<F::Output, String> {
        let in_time = pin!(time::timeout_at(self.deadline.into(), part));
        match select(in_time, pin!(self.cut_off())).await {
            Either::Left((Ok(output), _)) => Ok(output),
            Either::Left((Err(_), _)) => Err(format!("no answer within {:?}", self.timeout)),
            Either::Right(_) => Err("no answer before the exporter was to shut down".to_owned()),
        }
    }

    /// Waits for the cutoff, which may be put off meanwhile.
    async fn cut_off(&self) {
        while !self.cutoff.has_passed() {
            let at = poll_fn(|context| self.cutoff.poll_at(context)).await;
            time::sleep_until(at.into()).await;
        }
    }
}
