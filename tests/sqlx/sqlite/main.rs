//! The suite over `SQLite`.

mod database;
#[path = "../suite/mod.rs"]
mod suite;
