//! A list whose memory counts against what recorded spans may take in the whole process.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What the spans and notes that are recorded and not collected yet may take, of all traces of the process together, in
/// bytes: with what open traces carry, the memory that is kept for the next ones, and the texts of notes.
const MAX_BYTES: usize = 256 << 20;

static BYTES: AtomicUsize = AtomicUsize::new(0);

/// Whether memory that is not in use is better given back than kept.
#[inline]
pub(crate) fn is_scarce() -> bool {
    BYTES.load(Relaxed) > MAX_BYTES / 2
}

/// Memory of something else, which counts for as long as this is there.
#[derive(Debug, Default)]
pub(crate) struct Reserved(usize);

impl Reserved {
    /// `None` where there is no memory left.
    pub(crate) fn new(bytes: usize) -> Option<Reserved> {
        (bytes == 0 || reserve_in_all(bytes)).then(|| Reserved(bytes))
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if self.0 > 0 {
            BYTES.fetch_sub(self.0, Relaxed);
        }
    }
}

fn reserve_in_all(more: usize) -> bool {
    let within = |bytes: usize| bytes.checked_add(more).filter(|bytes| *bytes <= MAX_BYTES);
    BYTES.try_update(Relaxed, Relaxed, within).is_ok()
}

/// A list that grows as far as its user allows, and as long as there is memory for it.
pub(crate) struct BoundedVec<T> {
    items: Vec<T>,
    /// Of the bytes in [`BYTES`], those of this list.
    bytes: usize,
}

impl<T> BoundedVec<T> {
    const FIRST: usize = 8;

    pub(crate) fn capacity(&self) -> usize {
        self.items.capacity()
    }

    /// Adds an item; says whether there was room among `most`.
    #[inline]
    pub(crate) fn push(&mut self, item: T, most: usize) -> bool {
        let room = self.reserve(1, most);
        if room {
            self.items.push(item);
        }
        room
    }

    /// Makes room for so many `more`; says whether there is some among `most`.
    #[inline]
    pub(crate) fn reserve(&mut self, more: usize, most: usize) -> bool {
        more <= self.items.capacity() - self.items.len() || self.grow(more, most)
    }

    #[cold]
    fn grow(&mut self, more: usize, most: usize) -> bool {
        let len = self.items.len();
        if more > most.saturating_sub(len) {
            return false;
        }
        let more = more.max(len).max(Self::FIRST).min(most - len);
        let room = self.reserve_bytes((len + more - self.items.capacity()) * size_of::<T>());
        if room {
            self.items.reserve_exact(more);
        }
        room
    }

    fn reserve_bytes(&mut self, more: usize) -> bool {
        let room = reserve_in_all(more);
        if room {
            self.bytes += more;
        }
        room
    }

    /// Takes what another list has, and its memory if this one has none; says whether there was room among `most`. From a
    /// list that has nothing it takes nothing.
    #[inline]
    pub(crate) fn append(&mut self, other: &mut BoundedVec<T>, most: usize) -> bool {
        if other.items.is_empty() {
            return true;
        }
        if self.items.capacity() == 0 {
            std::mem::swap(self, other);
            return true;
        }
        let room = self.reserve(other.items.len(), most);
        if room {
            self.items.append(&mut other.items);
        }
        room
    }

    pub(crate) fn clear(&mut self) {
        self.items.clear();
    }

    /// Takes the items out that are `of` a kind.
    pub(crate) fn extract(&mut self, of: impl FnMut(&mut T) -> bool) -> BoundedVec<T> {
        let items: Vec<T> = self.items.extract_if(.., of).collect();
        // They are in memory already, and cannot be refused.
        let bytes = items.capacity() * size_of::<T>();
        BYTES.fetch_add(bytes, Relaxed);
        BoundedVec { items, bytes }
    }
}

impl<T> Default for BoundedVec<T> {
    fn default() -> BoundedVec<T> {
        BoundedVec { items: Vec::new(), bytes: 0 }
    }
}

impl<T> Deref for BoundedVec<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> DerefMut for BoundedVec<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.items
    }
}

impl<T> Drop for BoundedVec<T> {
    fn drop(&mut self) {
        BYTES.fetch_sub(self.bytes, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{BoundedVec, Reserved};

    #[test]
    fn a_list_grows_to_its_bound() {
        let mut list = BoundedVec::default();
        assert_eq!((0..25).filter(|number| list.push(*number, 20)).count(), 20);
        assert_eq!((list.len(), list.capacity(), list.bytes), (20, 20, 80));
        assert!(!list.reserve(1, 20) && list.reserve(5, 30));
        assert_eq!((list.capacity(), list.bytes), (30, 120));
    }

    #[test]
    fn what_no_memory_is_left_for_finds_no_room() {
        let mut list = BoundedVec::<[u8; 1 << 20]>::default();
        assert!(!list.reserve(257, usize::MAX));
        assert_eq!((list.capacity(), list.bytes), (0, 0));
    }

    #[test]
    fn appending_leaves_the_other_empty() {
        let [mut list, mut other] = [BoundedVec::default(), BoundedVec::default()];
        assert!(other.push(1, 10) && other.push(2, 10));
        assert!(list.append(&mut other, 10));
        assert_eq!((&*list, &*other, other.capacity()), (&[1, 2][..], &[][..], 0));
        assert!(other.push(3, 10) && list.append(&mut other, 10));
        assert_eq!((&*list, &*other), (&[1, 2, 3][..], &[][..]));
        assert!((0..8).all(|number| other.push(number, 10)) && !list.append(&mut other, 10));
        assert_eq!((list.len(), other.len()), (3, 8));
    }

    #[test]
    fn appending_nothing_leaves_the_other_its_memory() {
        let [mut list, mut other] = [BoundedVec::default(), BoundedVec::default()];
        assert!(other.push(1, 10));
        other.clear();
        assert!(list.append(&mut other, 10));
        assert_eq!((list.capacity(), other.capacity()), (0, 8));
    }

    #[test]
    fn what_is_taken_out_is_counted() {
        let mut list = BoundedVec::default();
        assert!((0..10).all(|number| list.push(number, 10)));
        let odd = list.extract(|number| *number % 2 == 1);
        assert_eq!((&*list, &*odd), (&[0, 2, 4, 6, 8][..], &[1, 3, 5, 7, 9][..]));
        assert_eq!(odd.bytes, odd.capacity() * size_of::<i32>());
    }

    #[test]
    fn what_else_takes_memory_is_refused_where_none_is_left() {
        assert!(Reserved::new(1_000).is_some());
        assert!(Reserved::new(257 << 20).is_none());
    }
}
