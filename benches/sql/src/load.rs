//! Statements of many tasks at once, through a pool that has fewer connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::contender::{Contender, Trace, Work};

pub const CONNECTIONS: u32 = 10;
const TASKS: usize = 64;
const STATEMENTS_PER_TASK: usize = 100;
const ROUNDS: usize = 31;
const WARM_UP: usize = 2;

/// Of one turn; times of a statement in microseconds, from before the wait for a connection.
#[derive(Clone, Copy, Debug)]
pub struct Burst {
    pub per_second: f64,
    pub p50: f64,
    pub p99: f64,
    /// Exported, for each statement. Here a queue may overflow.
    pub spans: f64,
}

/// Finds rows with each of the contenders in turn.
pub fn compare(contenders: &[Contender], runtime: &Runtime) -> Vec<Vec<Burst>> {
    let mut bursts = vec![Vec::new(); contenders.len()];
    for round in 0..WARM_UP + ROUNDS {
        for step in 0..contenders.len() {
            let index = (round + step) % contenders.len();
            let burst = burst(&contenders[index], runtime);
            if round >= WARM_UP {
                bursts[index].push(burst);
            }
        }
    }
    bursts
}

fn burst(contender: &Contender, runtime: &Runtime) -> Burst {
    let exported = contender.export.so_far();
    let started = Instant::now();
    let mut times = runtime.block_on(times(contender));
    let elapsed = started.elapsed();
    (contender.export.flush)();
    times.sort_unstable();
    let statements = times.len() as f64;
    Burst {
        per_second: statements / elapsed.as_secs_f64(),
        p50: micros(times[times.len() / 2]),
        p99: micros(times[times.len() * 99 / 100]),
        spans: (contender.export.so_far() - exported) as f64 / statements,
    }
}

async fn times(contender: &Contender) -> Vec<Duration> {
    let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(times_of_task(contender.trace.clone()))).collect();
    let mut times = Vec::with_capacity(TASKS * STATEMENTS_PER_TASK);
    for task in tasks {
        times.append(&mut task.await.expect("no statement failed"));
    }
    times
}

async fn times_of_task(trace: Arc<Trace>) -> Vec<Duration> {
    let mut times = Vec::with_capacity(STATEMENTS_PER_TASK);
    for _ in 0..STATEMENTS_PER_TASK {
        let started = Instant::now();
        trace(Work::Find, 1).await;
        times.push(started.elapsed());
    }
    times
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
