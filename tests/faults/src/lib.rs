//! An application under load, and an account of what became of its spans.

mod account;
mod application;
mod latency;
mod load;

pub use account::Account;
pub use application::{SPANS_PER_REQUEST, Tasks};
pub use latency::Latency;
pub use load::{Load, Progress, Served};
