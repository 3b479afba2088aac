//! All of a bench: on each database the statements in turns, on one connection, and then many tasks on a pool.

use std::thread;

use tokio::runtime::{Builder, Runtime};

use crate::contender::{Contender, WORKS};
use crate::postgres::Postgres;
use crate::{figures, load, turns};

const SQLITE: &str = "SQLite";
const POSTGRES: &str = "PostgreSQL";
/// Each pool has a database of its own.
const SQLITE_URL: &str = "sqlite::memory:";

/// Measures contenders, of which the first is plain sqlx. They are made over a pool of so many connections to a URL.
pub fn run<S, P>(on_sqlite: impl Fn(String, u32) -> S + Sync, on_postgres: impl Fn(String, u32) -> P + Sync)
where
    S: Future<Output = Vec<Contender>>,
    P: Future<Output = Vec<Contender>>,
{
    on_one_core(|| {
        in_turns(SQLITE, on_sqlite(SQLITE_URL.to_owned(), 1));
        let server = start_postgres();
        in_turns(POSTGRES, on_postgres(server.url(), 1));
    });
    under_load(SQLITE, on_sqlite(SQLITE_URL.to_owned(), load::CONNECTIONS));
    let server = start_postgres();
    under_load(POSTGRES, on_postgres(server.url(), load::CONNECTIONS));
}

/// Everything that `part` starts, too. To wake a thread on another core can take longer than a statement, and whether
/// a driver or a server is on another one changes from minute to minute.
fn on_one_core(part: impl FnOnce() + Send) {
    thread::scope(|scope| {
        scope.spawn(|| {
            let cores = core_affinity::get_core_ids().expect("Linux knows its cores");
            let last = *cores.last().expect("there is one");
            assert!(core_affinity::set_for_current(last), "a bench may choose its core");
            part();
        });
    });
}

fn start_postgres() -> Postgres {
    Postgres::start().expect("PostgreSQL is installed")
}

fn in_turns(database: &str, contenders: impl Future<Output = Vec<Contender>>) {
    let runtime = build(Builder::new_current_thread());
    let contenders = runtime.block_on(contenders);
    for work in WORKS {
        let turns = turns::compare(&contenders, work, &runtime);
        figures::print_turns(database, work, &contenders, &turns);
    }
}

fn under_load(database: &str, contenders: impl Future<Output = Vec<Contender>>) {
    // As many workers as a runtime has by default on two cores.
    let mut workers = Builder::new_multi_thread();
    workers.worker_threads(2);
    let runtime = build(workers);
    let contenders = runtime.block_on(contenders);
    let bursts = load::compare(&contenders, &runtime);
    figures::print_bursts(database, &contenders, &bursts);
}

fn build(mut builder: Builder) -> Runtime {
    builder.enable_all().build().expect("a bench can make a runtime")
}
