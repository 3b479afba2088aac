//! The primitives that threads share traces by, in one place, so that a model checker can take theirs.

pub(crate) use std::sync::OnceLock;
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
pub(crate) use std::thread::{Thread, park_timeout};

pub(crate) use parking_lot::{Mutex, MutexGuard};
