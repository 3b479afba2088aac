//! The spans and attributes of a trace while it waits for its end, bounded per trace and in all.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::outcome::Outcome;
use crate::record::{AttributeRecord, SpanRecord};

/// Spans, and as many attributes, that are kept of a trace on each of its sides: the root's thread and the others.
pub(crate) const MAX_PER_TRACE: usize = 20_000;
/// What the buffers of all open traces of the process may take, in bytes.
const MAX_BYTES: usize = 256 << 20;
/// A buffer that a long trace made grow past this many spans gives its memory back at the end.
const RECYCLED: usize = 128;

/// Which outcomes, apart from `ok`, are among some spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Noticed(u8);

impl Noticed {
    #[inline]
    fn notice(&mut self, outcome: Outcome) {
        self.0 |= 1 << outcome.index();
    }

    /// With one more outcome.
    pub(crate) fn and(mut self, outcome: Outcome) -> Noticed {
        self.notice(outcome);
        self
    }

    #[inline]
    pub(crate) fn all_ok(self) -> bool {
        self.0 & !(1 << Outcome::Ok.index()) == 0
    }

    pub(crate) fn has(self, outcome: Outcome) -> bool {
        self.0 & (1 << outcome.index()) != 0
    }
}

/// What was recorded of a trace.
#[derive(Default)]
pub(crate) struct SpanBuffer {
    spans: BoundedVec<SpanRecord>,
    attributes: BoundedVec<AttributeRecord>,
    noticed: Noticed,
    /// Spans that found no room.
    lost: usize,
}

impl SpanBuffer {
    #[inline]
    pub(crate) fn push(&mut self, span: SpanRecord) {
        self.noticed.notice(span.outcome);
        if !self.spans.push(span) {
            self.lost += 1;
        }
    }

    /// An attribute for which there is no room is dropped.
    pub(crate) fn set(&mut self, attribute: AttributeRecord) {
        self.attributes.push(attribute);
    }

    pub(crate) fn spans(&self) -> &[SpanRecord] {
        &self.spans.items
    }

    pub(crate) fn noticed(&self) -> Noticed {
        self.noticed
    }

    pub(crate) fn lost(&self) -> usize {
        self.lost
    }

    /// Spans and attributes.
    pub(crate) fn len(&self) -> usize {
        self.spans.items.len() + self.attributes.items.len()
    }

    /// Takes everything from `other`.
    pub(crate) fn append(&mut self, other: &mut SpanBuffer) {
        self.spans.append(&mut other.spans);
        self.attributes.append(&mut other.attributes);
        self.noticed.0 |= other.noticed.0;
        self.lost += other.lost;
        other.clear();
    }

    /// Takes the attributes of spans that are `of` a kind out.
    pub(crate) fn take_attributes(&mut self, of: impl Fn(u64) -> bool) -> Vec<AttributeRecord> {
        self.attributes.items.extract_if(.., |attribute| of(attribute.span)).collect()
    }

    pub(crate) fn drain(
        &mut self,
    ) -> (impl Iterator<Item = SpanRecord>, impl Iterator<Item = AttributeRecord>) {
        (self.spans.items.drain(..), self.attributes.items.drain(..))
    }

    /// Forgets everything; keeps the memory if it is little.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.spans.items.clear();
        self.attributes.items.clear();
        self.noticed = Noticed::default();
        self.lost = 0;
        if self.spans.items.capacity().max(self.attributes.items.capacity()) > RECYCLED {
            *self = SpanBuffer::default();
        }
    }
}

/// A list whose memory counts against [`MAX_BYTES`].
struct BoundedVec<T> {
    items: Vec<T>,
    /// Of the bytes in [`BYTES`], those of this list.
    bytes: usize,
}

static BYTES: AtomicUsize = AtomicUsize::new(0);

impl<T> BoundedVec<T> {
    const FIRST: usize = 8;

    /// Whether there was room.
    #[inline]
    fn push(&mut self, item: T) -> bool {
        let room = self.items.len() < self.items.capacity() || self.grow();
        if room {
            self.items.push(item);
        }
        room
    }

    #[cold]
    fn grow(&mut self) -> bool {
        let more = self.items.len().max(Self::FIRST).min(MAX_PER_TRACE.saturating_sub(self.items.len()));
        let room = more > 0 && self.reserve_bytes(more * size_of::<T>());
        if room {
            self.items.reserve_exact(more);
        }
        room
    }

    fn reserve_bytes(&mut self, more: usize) -> bool {
        let within = |bytes: usize| bytes.checked_add(more).filter(|bytes| *bytes <= MAX_BYTES);
        let room = BYTES.try_update(Relaxed, Relaxed, within).is_ok();
        if room {
            self.bytes += more;
        }
        room
    }

    /// Takes what another list has, and its memory if this one has none.
    fn append(&mut self, other: &mut BoundedVec<T>) {
        if self.items.is_empty() {
            std::mem::swap(self, other);
        } else {
            self.items.append(&mut other.items);
        }
    }
}

impl<T> Default for BoundedVec<T> {
    fn default() -> BoundedVec<T> {
        BoundedVec { items: Vec::new(), bytes: 0 }
    }
}

impl<T> Drop for BoundedVec<T> {
    fn drop(&mut self) {
        BYTES.fetch_sub(self.bytes, Relaxed);
    }
}
