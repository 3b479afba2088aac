//! The suite over `PostgreSQL`.

mod database;
#[path = "../network/mod.rs"]
mod network;
#[path = "../suite/mod.rs"]
mod suite;
