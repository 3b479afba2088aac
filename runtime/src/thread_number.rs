//! A small number for every thread: what is kept for each thread apart is kept under it.
//!
//! A thread takes its number when it first asks, and hands it back under a lock when it ends, so a number has one owner
//! at any time. Those that come when all are taken share one more.

use parking_lot::Mutex;

use crate::thread::Thread;

/// Numbers of which each belongs to one thread.
const OWNED: usize = 128;
/// The number of all threads that find none of these.
pub(crate) const SHARED: usize = OWNED;
/// All numbers there are.
pub(crate) const COUNT: usize = OWNED + 1;

/// This thread's number; [`SHARED`] for one that is being torn down, as it has handed its own back.
#[inline]
pub(crate) fn current() -> usize {
    NUMBER.try_with(|number| number.0).unwrap_or(SHARED)
}

/// Whether what the thread has from here on is given back when it ends; not for one that is being torn down.
pub(crate) fn is_given_back() -> bool {
    NUMBER.try_with(|_| ()).is_ok()
}

static NUMBERS: Mutex<Numbers> = Mutex::new(Numbers { free: Vec::new(), next: 0 });

struct Numbers {
    free: Vec<usize>,
    next: usize,
}

/// Hands its number back when its thread ends.
struct ThreadNumber(usize);

thread_local! {
    static NUMBER: ThreadNumber = ThreadNumber::take();
}

impl ThreadNumber {
    fn take() -> ThreadNumber {
        let mut numbers = NUMBERS.lock();
        let Numbers { free, next } = &mut *numbers;
        let number = free.pop().or_else(|| {
            let number = *next;
            *next = OWNED.min(number + 1);
            (number < OWNED).then_some(number)
        });
        ThreadNumber(number.unwrap_or(SHARED))
    }
}

impl Drop for ThreadNumber {
    fn drop(&mut self) {
        Thread::with(Thread::end);
        if self.0 != SHARED {
            NUMBERS.lock().free.push(self.0);
        }
    }
}
