//! The primitives that threads share a trace by, in one place, so that a model checker can take theirs.

pub(crate) use std::sync::atomic::{AtomicU64, Ordering, fence};

pub(crate) use parking_lot::{Mutex, MutexGuard};
