//! The outboxes of all threads, and until when they are emptied.
//!
//! Whoever puts something in finds the hand-over open or closed; what is put in while it closes stays for whoever looks
//! after its end. So nothing is lost without having been seen.

use crate::sync::{AtomicBool, Mutex, OnceLock, Ordering};

/// An outbox `T` for each of `N` threads, made when the thread first puts something in.
pub(crate) struct HandOver<T, const N: usize> {
    outboxes: [OnceLock<Box<Padded<T>>>; N],
    /// Nothing is taken from here on.
    closed: AtomicBool,
    /// The collecting thread has looked for the last time.
    finished: AtomicBool,
}

/// What two threads have of it must not share a cache line, nor a pair of lines, which processors fetch together.
#[repr(align(128))]
struct Padded<T>(Mutex<T>);

impl<T: Default, const N: usize> HandOver<T, N> {
    pub(crate) fn new() -> HandOver<T, N> {
        HandOver {
            outboxes: std::array::from_fn(|_| OnceLock::new()),
            closed: AtomicBool::new(false),
            finished: AtomicBool::new(false),
        }
    }

    /// Nothing is taken from here on, but for what is being put in.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Nobody collects any more; what slipped in meanwhile is found by whoever [takes](HandOver::take) after this.
    pub(crate) fn finish(&self) {
        self.close();
        self.finished.store(true, Ordering::Release);
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Acquire)
    }

    /// Lets `put` have the outbox of a thread; `None` where it is closed.
    #[inline]
    pub(crate) fn put<R>(&self, thread: usize, put: impl FnOnce(&mut T) -> R) -> Option<R> {
        if self.closed.load(Ordering::Acquire) {
            return None;
        }
        let outbox = self.outboxes[thread].get_or_init(|| Box::new(Padded(Mutex::new(T::default()))));
        Some(put(&mut outbox.0.lock()))
    }

    /// Lets `read` have what is in the outboxes by now, one after the other; nothing that is put in meanwhile has to be waited
    /// for. Every outbox gets the one that was read before in its place, the first of them `spare`: `read` leaves it empty.
    pub(crate) fn take(&self, spare: &mut T, mut read: impl FnMut(&mut T)) {
        for outbox in self.outboxes.iter().filter_map(OnceLock::get) {
            std::mem::swap(&mut *outbox.0.lock(), spare);
            read(spare);
        }
    }
}
