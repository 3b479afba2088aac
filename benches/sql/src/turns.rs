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
}

/// What a contender did in all its turns.
pub struct Seen {
    pub turns: Vec<Turn>,
    /// Exported for each statement, those of the warm-up included.
    pub spans: f64,
}

fn traces_of(work: Work) -> u32 {
    match work {
        Work::Find | Work::FindBuilt => 20,
        Work::Stream | Work::Insert => 5,
    }
}

/// Does the work with each of the contenders in turn. What they export is checked: every span, or none.
pub fn compare(contenders: &[Contender], work: Work, runtime: &Runtime) -> Vec<Seen> {
    let before: Vec<u64> = contenders.iter().map(|contender| contender.export.so_far()).collect();
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
    let statements = f64::from(traces_of(work) * STATEMENTS_PER_TRACE) * (WARM_UP + ROUNDS) as f64;
    let seen = contenders.iter().zip(before).zip(turns).map(|((contender, before), turns)| {
        let spans = (contender.export.so_far() - before) as f64 / statements;
        let (least, most) = if contender.export.is_sampled { (1.0, f64::INFINITY) } else { (0.0, 0.0) };
        assert!((least..=most).contains(&spans), "{}: {spans} spans for each statement", contender.name);
        Seen { turns, spans }
    });
    seen.collect()
}

fn turn(contender: &Contender, work: Work, runtime: &Runtime) -> Turn {
    let traces = traces_of(work);
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
    }
}
