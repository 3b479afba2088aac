//! What a statement costs with `sqlx-tracing`, beside plain sqlx of the same version.
//!
//! As in its documentation: the pool is wrapped with its attributes found out, and spans go to `tracing-opentelemetry`.
//! The subscriber is the one in that crate's documentation, under the `EnvFilter` of `tracing-subscriber`'s: without a
//! filter sqlx would log each statement into its span. The batch processor keeps its defaults. *Lean* is without filter
//! but for the level, and with every documented option off that adds attributes of the layer's own or makes its spans
//! current for OpenTelemetry's API. There are no metrics.
//!
//! `cargo xtask bench sql`, or `cargo bench --manifest-path benches/sql/Cargo.toml --bench sqlx_tracing`
#![allow(clippy::duplicate_mod, reason = "the same source for two databases, whose types are not the same")]

// The version that it works with.
extern crate sqlx_0_8 as sqlx;

use spanweave_bench_sql::measure::CountingAllocator;
use spanweave_bench_sql::run::run;

#[path = "shared/client.rs"]
mod client;
#[path = "shared/sink.rs"]
mod sink;
#[path = "sqlx_tracing/stack.rs"]
mod stack;

#[path = "."]
mod sqlite {
    use sqlx::Sqlite as Db;

    #[path = "sqlx_tracing/clients.rs"]
    pub mod clients;
    #[path = "shared/statements.rs"]
    mod statements;
}

#[path = "."]
mod postgres {
    use sqlx::Postgres as Db;

    #[path = "sqlx_tracing/clients.rs"]
    pub mod clients;
    #[path = "shared/statements.rs"]
    mod statements;
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    run(sqlite::clients::contenders, postgres::clients::contenders);
}
