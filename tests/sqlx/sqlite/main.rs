//! The suite over `SQLite`.

mod database;
mod macros;
#[path = "../suite/mod.rs"]
mod suite;
