//! Jobs in Redis, in their traces.

#[path = "../suite/fetched.rs"]
mod fetched;
mod queue;
#[path = "../suite/mod.rs"]
mod suite;
#[path = "../suite/unique.rs"]
mod unique;
