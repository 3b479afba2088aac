//! The suite over `MySQL` and `MariaDB`.

mod database;
#[path = "../network/mod.rs"]
mod network;
#[path = "../suite/mod.rs"]
mod suite;
