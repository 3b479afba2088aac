//! One database: the statements in turn on one connection, and then many tasks on a pool.

use tokio::runtime::{Builder, Runtime};

use crate::contender::{Contender, WORKS};
use crate::{figures, load, turns};

/// Measures contenders, of which the first is plain sqlx. `make` makes them over a pool of so many connections.
pub fn run<F: Future<Output = Vec<Contender>>>(database: &str, make: impl Fn(u32) -> F) {
    let runtime = build(Builder::new_current_thread());
    let contenders = runtime.block_on(make(1));
    for work in WORKS {
        let turns = turns::compare(&contenders, work, &runtime);
        figures::print_turns(database, work, &contenders, &turns);
    }
    // As many workers as a runtime has by default on two cores.
    let mut workers = Builder::new_multi_thread();
    workers.worker_threads(2);
    let runtime = build(workers);
    let contenders = runtime.block_on(make(load::CONNECTIONS));
    let bursts = load::compare(&contenders, &runtime);
    figures::print_bursts(database, &contenders, &bursts);
}

fn build(mut builder: Builder) -> Runtime {
    builder.enable_all().build().expect("a bench can make a runtime")
}
