//! The primitives of `runtime/src/sync.rs`, as the model checker has them.

// Each of the tests that share it uses a part.
#![allow(unused_imports, dead_code)]

use std::ops::Deref;
use std::time::Duration;

pub(crate) use loom::sync::MutexGuard;
pub(crate) use loom::sync::atomic::{AtomicBool, Ordering, fence};
use loom::sync::{Arc, Condvar};

#[derive(Debug)]
pub(crate) struct AtomicU64(loom::sync::atomic::AtomicU64);

impl AtomicU64 {
    pub(crate) fn new(value: u64) -> AtomicU64 {
        AtomicU64(loom::sync::atomic::AtomicU64::new(value))
    }

    /// One that fails has read like any load, possibly an old value. Loom's own reads the newest.
    pub(crate) fn compare_exchange(
        &self,
        current: u64,
        new: u64,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u64, u64> {
        let read = self.load(failure);
        if read == current { self.0.compare_exchange(current, new, success, failure) } else { Err(read) }
    }
}

impl Deref for AtomicU64 {
    type Target = loom::sync::atomic::AtomicU64;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// Its lock is not poisoned, as `parking_lot`'s is not.
pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Mutex<T> {
        Mutex(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().expect("a panic ends the model")
    }
}

/// One that has been set may not be seen as such yet, by whoever has not met with the one that set it.
pub(crate) struct OnceLock<T> {
    is_set: AtomicBool,
    setting: loom::sync::Mutex<()>,
    value: std::sync::OnceLock<T>,
}

impl<T> OnceLock<T> {
    pub(crate) fn new() -> OnceLock<T> {
        OnceLock {
            is_set: AtomicBool::new(false),
            setting: loom::sync::Mutex::new(()),
            value: std::sync::OnceLock::new(),
        }
    }

    pub(crate) fn get(&self) -> Option<&T> {
        if self.is_set.load(Ordering::Acquire) { self.value.get() } else { None }
    }

    pub(crate) fn get_or_init(&self, init: impl FnOnce() -> T) -> &T {
        if let Some(value) = self.get() {
            return value;
        }
        let _setting = self.setting.lock().expect("a panic ends the model");
        let value = self.value.get_or_init(init);
        self.is_set.store(true, Ordering::Release);
        value
    }
}

/// The token of a thread that parks, as the standard library has it: loom's own wakes a thread from whatever it waits for.
#[derive(Clone)]
pub(crate) struct Thread(Arc<(loom::sync::Mutex<bool>, Condvar)>);

loom::thread_local! {
    static CURRENT: Thread = Thread(Arc::new((loom::sync::Mutex::new(false), Condvar::new())));
}

pub(crate) fn current_thread() -> Thread {
    CURRENT.with(Thread::clone)
}

impl Thread {
    pub(crate) fn unpark(&self) {
        let (token, left) = &*self.0;
        *token.lock().expect("a panic ends the model") = true;
        left.notify_one();
    }
}

pub(crate) fn park() {
    let Thread(current) = current_thread();
    let (token, left) = &*current;
    let mut token = token.lock().expect("a panic ends the model");
    while !*token {
        token = left.wait(token).expect("a panic ends the model");
    }
    *token = false;
}

/// There is no time in the model: without a limit.
pub(crate) fn park_timeout(_at_most: Duration) {
    park();
}
