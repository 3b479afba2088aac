//! The suite over `MySQL` and `MariaDB`.

mod database;
mod macros;
#[path = "../network/mod.rs"]
mod network;
#[path = "../suite/mod.rs"]
mod suite;
