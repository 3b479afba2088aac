//! What only a database behind a network shows.

pub mod server;

mod cancelled;
mod comments;
mod proxy;
mod round_trips;
mod texts;
