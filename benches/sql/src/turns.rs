//! Statements one after the other: short turns of all contenders in rotation, in one process.

use std::time::{Duration, Instant};

use cpu_time::{ProcessTime, ThreadTime};
use tokio::runtime::Runtime;

use crate::contender::{Contender, Work};
use crate::measure::allocations;

const ROUNDS: usize = 200;
const WARM_UP: usize = 10;
/// A trace is a request: a root with some statements in it.
const STATEMENTS_PER_TRACE: u32 = 10;

/// Spans that a statement has at least. With `sqlx-tracing` the driver's thread may hold the last one of a turn for so
/// long that it is exported in a later turn, and so the last of all in none.
const ONE: f64 = 0.999;

/// Of one turn, for one statement.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// CPU time of the calling thread, in nanoseconds: the driver of `SQLite` has a thread of its own for the database.
    pub cpu: f64,
    pub wall: f64,
    /// CPU time of the process, until all that was recorded is exported.
    pub process_cpu: f64,
    /// Of the calling thread.
    pub allocations: f64,
    /// Exported.
    pub spans: f64,
}

fn traces_of(work: Work) -> u32 {
    match work {
        Work::Find | Work::FindBuilt => 20,
        Work::Stream | Work::Insert => 5,
    }
}

/// Does the work with each of the contenders in turn. What they export is checked: every statement, or none.
pub fn compare(contenders: &[Contender], work: Work, runtime: &Runtime) -> Vec<Vec<Turn>> {
    let mut turns = vec![Vec::new(); contenders.len()];
    for round in 0..WARM_UP + ROUNDS {
        for step in 0..contenders.len() {
            let index = (round + step) % contenders.len();
            let turn = turn(&contenders[index], work, runtime);
            if round >= WARM_UP {
                turns[index].push(turn);
            }
        }
    }
    for (contender, turns) in contenders.iter().zip(&turns) {
        check(contender, turns);
    }
    turns
}

/// A transaction may have spans of its own, so there may be more.
fn check(contender: &Contender, turns: &[Turn]) {
    let spans = turns.iter().map(|turn| turn.spans).sum::<f64>() / turns.len() as f64;
    let as_promised = if contender.export.is_sampled { spans >= ONE } else { spans == 0.0 };
    assert!(as_promised, "{}: {spans} spans for each statement", contender.name);
}

fn turn(contender: &Contender, work: Work, runtime: &Runtime) -> Turn {
    let traces = traces_of(work);
    let exported = contender.export.so_far();
    let process = ProcessTime::now();
    let allocated = allocations();
    let (wall, cpu) = (Instant::now(), ThreadTime::now());
    runtime.block_on(async {
        for _ in 0..traces {
            (contender.trace)(work, STATEMENTS_PER_TRACE).await;
        }
    });
    let (cpu, wall) = (cpu.elapsed(), wall.elapsed());
    let allocations = allocations() - allocated;
    (contender.export.flush)();
    let process_cpu = process.elapsed();
    let statements = f64::from(traces * STATEMENTS_PER_TRACE);
    let nanos = |time: Duration| time.as_secs_f64() * 1e9 / statements;
    Turn {
        cpu: nanos(cpu),
        wall: nanos(wall),
        process_cpu: nanos(process_cpu),
        allocations: allocations as f64 / statements,
        spans: (contender.export.so_far() - exported) as f64 / statements,
    }
}
