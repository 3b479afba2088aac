//! Documents, through the API: what comes in, what is refused, who sees them, and what is left of them.

#[path = "../common/mod.rs"]
mod common;
mod harness;
mod images;
mod removal;
mod thumbnails;
mod uploads;
