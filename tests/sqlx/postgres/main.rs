//! The suite over `PostgreSQL`.

mod database;
mod macros;
#[path = "../network/mod.rs"]
mod network;
#[path = "../suite/mod.rs"]
mod suite;
