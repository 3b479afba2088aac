//! An application under load, and an account of what became of its spans.

mod account;
mod application;
mod load;

pub use account::Account;
pub use application::{SPANS_PER_REQUEST, Tasks};
pub use load::{Load, Served};
