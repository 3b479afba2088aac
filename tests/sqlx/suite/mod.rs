//! What an operator sees of every way to execute a statement, whichever database executes it.

pub mod harness;
pub mod texts;

mod any;
mod arguments;
mod cancelled;
mod errors;
mod executors;
mod findings;
mod macros;
mod metrics;
mod pools;
mod prepared;
mod queries;
mod streams;
mod transactions;
mod values;
