//! What clients have counted.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A request as its metric has it: route, method, status.
pub type Request = (&'static str, &'static str, u16);

#[derive(Default)]
pub struct Tally {
    /// Answers.
    pub answers: BTreeMap<Request, u64>,
    /// Requests without an answer, by why.
    pub failures: BTreeMap<&'static str, u64>,
    /// When each answer had come, how long it took, and whether it was the server's failure.
    took: Vec<(Instant, Duration, bool)>,
}

/// What was answered in a part of the run.
pub struct Phase {
    pub answers: usize,
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
    pub most: Duration,
    pub failed: usize,
}

impl Tally {
    pub fn answered(&mut self, request: Request, begun: Instant) {
        *self.answers.entry(request).or_default() += 1;
        self.took.push((Instant::now(), begun.elapsed(), request.2 >= 500));
    }

    pub fn failed(&mut self, error: &reqwest::Error) {
        let kind = match error {
            _ if error.is_timeout() => "timeout",
            _ if error.is_connect() => "connect",
            _ if error.is_body() || error.is_decode() => "body",
            _ => "request",
        };
        *self.failures.entry(kind).or_default() += 1;
    }

    pub fn add(&mut self, other: Tally) {
        for (request, count) in other.answers {
            *self.answers.entry(request).or_default() += count;
        }
        for (kind, count) in other.failures {
            *self.failures.entry(kind).or_default() += count;
        }
        self.took.extend(other.took);
    }

    /// Of what was answered from one moment to another.
    pub fn phase(&self, from: Instant, to: Instant) -> Phase {
        let within: Vec<_> = self.took.iter().filter(|(at, ..)| (from..to).contains(at)).collect();
        let mut took: Vec<Duration> = within.iter().map(|(_, took, _)| *took).collect();
        took.sort_unstable();
        let percentile =
            |percent: usize| took.get((took.len() * percent / 100).min(took.len().saturating_sub(1)));
        let percentile = |percent| percentile(percent).copied().unwrap_or_default();
        let seconds = to.duration_since(from).as_secs_f64();
        Phase {
            answers: took.len(),
            per_second: f64::from(u32::try_from(took.len()).unwrap_or(u32::MAX)) / seconds,
            p50: percentile(50),
            p99: percentile(99),
            most: percentile(100),
            failed: within.iter().filter(|(_, _, failed)| *failed).count(),
        }
    }
}
