//! How much was read on this thread.

use std::cell::Cell;

thread_local! {
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

pub(crate) fn reset() {
    BYTES.set(0);
}

pub(crate) fn add(bytes: usize) {
    BYTES.set(BYTES.get() + bytes);
}

pub(crate) fn done() -> usize {
    BYTES.get()
}
