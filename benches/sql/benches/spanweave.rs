//! What a statement costs with spanweave, beside plain sqlx of the same version.
//!
//! *Buffered* is a trace that sampling left out, and whose spans wait for its end, which would keep them if it failed;
//! *not sampled* is one for which no rule could keep them. `#[repo]` is a method with a span and a histogram of its own
//! around each statement.
//!
//! `cargo xtask bench sql`, or `cargo bench --manifest-path benches/sql/Cargo.toml --bench spanweave`
#![allow(clippy::duplicate_mod, reason = "the same source for two databases, whose types are not the same")]

use spanweave_bench_sql::measure::CountingAllocator;
use spanweave_bench_sql::run::run;

#[path = "shared/client.rs"]
mod client;
#[path = "shared/sink.rs"]
mod sink;
#[path = "spanweave/telemetry.rs"]
mod telemetry;

#[path = "."]
mod sqlite {
    use sqlx::Sqlite as Db;

    #[path = "spanweave/clients.rs"]
    pub mod clients;
    #[path = "shared/statements.rs"]
    mod statements;
}

#[path = "."]
mod postgres {
    use sqlx::Postgres as Db;

    #[path = "spanweave/clients.rs"]
    pub mod clients;
    #[path = "shared/statements.rs"]
    mod statements;
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    run(sqlite::clients::contenders, postgres::clients::contenders);
}
