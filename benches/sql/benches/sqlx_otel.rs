//! What a statement costs with `sqlx-otel`, beside plain sqlx of the same version.
//!
//! As in its documentation and its example: the pool is wrapped by `PoolBuilder` with its defaults, and a tracer's and a
//! meter's provider are global. The batch processor and the periodic reader keep their defaults. *Annotated* statements
//! are told their operation and table, which it does not find out; *no metrics* is without a meter's provider.
//!
//! `cargo xtask bench sql`, or `cargo bench --manifest-path benches/sql/Cargo.toml --bench sqlx_otel`
#![allow(clippy::duplicate_mod, reason = "the same source for two databases, whose types are not the same")]

// The versions that it works with.
extern crate opentelemetry_0_32 as opentelemetry;
extern crate opentelemetry_sdk_0_32 as opentelemetry_sdk;

use spanweave_bench_sql::measure::CountingAllocator;
use spanweave_bench_sql::run::run;

#[path = "shared/client.rs"]
mod client;
#[path = "sqlx_otel/sdk.rs"]
mod sdk;
#[path = "shared/sink.rs"]
mod sink;

#[path = "."]
mod sqlite {
    use sqlx::Sqlite as Db;

    #[path = "sqlx_otel/clients.rs"]
    pub mod clients;
    #[path = "shared/statements.rs"]
    mod statements;
}

#[path = "."]
mod postgres {
    use sqlx::Postgres as Db;

    #[path = "sqlx_otel/clients.rs"]
    pub mod clients;
    #[path = "shared/statements.rs"]
    mod statements;
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    let sdk = &sdk::Sdk::install();
    run(
        |url, connections| sqlite::clients::contenders(url, connections, sdk),
        |url, connections| postgres::clients::contenders(url, connections, sdk),
    );
}
