//! The way of finished traces from the threads that end them to the one that exports them.
//!
//! Every thread writes whole traces into a ring of its own, whose only reader is the exporter's thread: wait-free,
//! no allocation, no cache line that two writers share. A trace for which a ring has no room, a span that ended after its
//! trace was handed over, and whatever ends on a thread without a ring go through a queue.
//! What finds no room is counted, never waited for.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Thread;

use parking_lot::Mutex;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::buffer::SpanBuffer;
use crate::ids;
use crate::record::{AttributeRecord, SpanRecord};
use crate::telemetry::KeptFor;

/// Items a ring holds: 4,096 of 64 bytes, a quarter of a megabyte per thread that ends traces.
const RING_ITEMS: usize = 4_096;
/// The most rings of a handle; further threads use the queue.
const MAX_RINGS: usize = 256;
/// Items that may wait in the queue.
const QUEUE_ITEMS: usize = 65_536;

/// What a ring carries: the header of a trace, then its spans and their attributes.
pub(crate) enum Item {
    Trace(TraceHeader),
    Attribute(AttributeRecord),
    Span(SpanRecord),
}

/// The spans among some items.
pub(crate) fn count_spans<'i>(items: impl IntoIterator<Item = &'i Item>) -> usize {
    items.into_iter().filter(|item| matches!(item, Item::Span(_))).count()
}

#[derive(Clone, Copy)]
pub(crate) struct TraceHeader {
    /// In halves, which keeps an [`Item`] at the alignment of a word.
    pub(crate) trace_id: [u64; 2],
    /// The items that follow.
    pub(crate) items: usize,
    /// For the root, which is the first of the items; spans that ended after their root are alone.
    pub(crate) end: Option<TraceEnd>,
}

/// What the root says of its trace.
#[derive(Clone, Copy)]
pub(crate) struct TraceEnd {
    pub(crate) kept_for: KeptFor,
    /// Spans that found no room in the trace's buffer.
    pub(crate) lost: usize,
}

/// Why spans were dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DropReason {
    /// They started after their trace had left the slab.
    Late,
    /// Their trace had more spans than are kept of one, or all open traces together more than there is memory for.
    TraceTooLong,
    /// Their trace found no slot: the process had more traces open than it can have.
    TooManyTraces,
    /// The exporter did not keep up.
    QueueFull,
    /// The exporter reported an error.
    ExportFailed,
    /// They ended after the telemetry handle was shut down.
    ShutDown,
}

impl DropReason {
    pub(crate) const ALL: [DropReason; 6] = [
        DropReason::Late,
        DropReason::TraceTooLong,
        DropReason::TooManyTraces,
        DropReason::QueueFull,
        DropReason::ExportFailed,
        DropReason::ShutDown,
    ];

    /// The value of the `reason` label.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            DropReason::Late => "late",
            DropReason::TraceTooLong => "trace_too_long",
            DropReason::TooManyTraces => "too_many_traces",
            DropReason::QueueFull => "queue_full",
            DropReason::ExportFailed => "export_failed",
            DropReason::ShutDown => "shut_down",
        }
    }
}

/// A telemetry handle's side of the rings.
#[derive(Default)]
pub(crate) struct Collector {
    rings: Mutex<Vec<Consumer<Item>>>,
    queue: Mutex<Queue>,
    exporter: OnceLock<Thread>,
    /// Set from the moment the exporter was woken until it looks into the rings.
    woken: AtomicBool,
    /// What ends from here on is dropped.
    closed: AtomicBool,
    /// The exporter has looked for the last time.
    finished: AtomicBool,
    pub(crate) exported: AtomicU64,
    dropped: [AtomicU64; DropReason::ALL.len()],
}

/// Traces that are too long for a ring, or come from a thread without one.
#[derive(Default)]
struct Queue {
    traces: VecDeque<(TraceHeader, Vec<Item>)>,
    items: usize,
}

/// The rings this thread writes to, by telemetry handle.
struct Ring {
    handle: u16,
    producer: Producer<Item>,
}

thread_local! {
    static RINGS: RefCell<Vec<Ring>> = const { RefCell::new(Vec::new()) };
}

impl Collector {
    /// Names the thread that reads the rings.
    pub(crate) fn attach(&self, exporter: Thread) {
        let _already_attached = self.exporter.set(exporter);
    }

    /// From here on, what ends is counted as dropped.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// The exporter is gone. What slipped in while it looked for the last time is found by
    /// [`count_leftovers`](Collector::count_leftovers).
    pub(crate) fn finish(&self) {
        self.close();
        self.finished.store(true, Ordering::Release);
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Acquire)
    }

    pub(crate) fn count_dropped(&self, reason: DropReason, spans: usize) {
        self.dropped[reason as usize].fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(crate) fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped[reason as usize].load(Ordering::Relaxed)
    }

    /// Takes a whole trace; leaves its buffer empty.
    pub(crate) fn hand_over(&self, handle: u16, trace: EndedTrace<'_>) {
        let EndedTrace { trace_id, kept_for, root, buffer } = trace;
        let (items, lost) = (1 + buffer.len(), buffer.lost());
        if lost > 0 {
            self.count_dropped(DropReason::TraceTooLong, lost);
        }
        if self.closed.load(Ordering::Acquire) {
            return self.drop_trace(DropReason::ShutDown, buffer);
        }
        let end = Some(TraceEnd { kept_for, lost });
        let header = TraceHeader { trace_id: ids::halves(trace_id), items, end };
        if items > RING_ITEMS / 4 {
            return self.enqueue(header, collect_items(root, buffer));
        }
        let written = RINGS.try_with(|rings| {
            let mut rings = rings.borrow_mut();
            let Some(ring) = self.ring(handle, &mut rings) else { return Written::NoRoom };
            let Ok(chunk) = ring.write_chunk_uninit(1 + items) else { return Written::NoRoom };
            chunk.fill_from_iter(std::iter::once(Item::Trace(header)).chain(drain_items(root, buffer)));
            // What is cached is out of date as long as it speaks of more items than there are.
            if ring.cached_slots() < RING_ITEMS / 2 && ring.slots() < RING_ITEMS / 2 {
                Written::HalfFull
            } else {
                Written::Well
            }
        });
        match written {
            Ok(Written::Well) => {}
            Ok(Written::HalfFull) => self.wake_exporter(),
            Ok(Written::NoRoom) | Err(_) => self.enqueue(header, collect_items(root, buffer)),
        }
        buffer.clear();
    }

    #[cold]
    fn drop_trace(&self, reason: DropReason, buffer: &mut SpanBuffer) {
        let root = 1;
        self.count_dropped(reason, root + buffer.spans().len());
        buffer.clear();
    }

    fn drop_items(&self, reason: DropReason, items: &[Item]) {
        self.count_dropped(reason, count_spans(items));
    }

    /// This thread's ring for a handle; `None` where there are too many already.
    fn ring<'r>(&self, handle: u16, rings: &'r mut Vec<Ring>) -> Option<&'r mut Producer<Item>> {
        let known = rings.iter().position(|ring| ring.handle == handle);
        let index = known.or_else(|| self.new_ring(handle, rings))?;
        Some(&mut rings[index].producer)
    }

    #[cold]
    fn new_ring(&self, handle: u16, rings: &mut Vec<Ring>) -> Option<usize> {
        // Those of handles that are gone.
        rings.retain(|ring| !ring.producer.is_abandoned());
        let mut consumers = self.rings.lock();
        if consumers.len() >= MAX_RINGS {
            return None;
        }
        let (producer, consumer) = RingBuffer::new(RING_ITEMS);
        consumers.push(consumer);
        rings.push(Ring { handle, producer });
        Some(rings.len() - 1)
    }

    /// Takes a span that ended after its root had, with the attributes that waited for it.
    #[cold]
    pub(crate) fn hand_over_late(&self, trace_id: u128, span: SpanRecord, attributes: Vec<AttributeRecord>) {
        let items: Vec<Item> =
            std::iter::once(Item::Span(span)).chain(attributes.into_iter().map(Item::Attribute)).collect();
        let header = TraceHeader { trace_id: ids::halves(trace_id), items: items.len(), end: None };
        self.enqueue(header, items);
    }

    #[cold]
    fn enqueue(&self, header: TraceHeader, items: Vec<Item>) {
        if self.closed.load(Ordering::Acquire) {
            return self.drop_items(DropReason::ShutDown, &items);
        }
        let mut queue = self.queue.lock();
        if queue.items + items.len() > QUEUE_ITEMS {
            drop(queue);
            self.drop_items(DropReason::QueueFull, &items);
        } else {
            queue.items += items.len();
            queue.traces.push_back((header, items));
        }
        self.wake_exporter();
    }

    fn wake_exporter(&self) {
        if !self.woken.swap(true, Ordering::AcqRel)
            && let Some(exporter) = self.exporter.get()
        {
            exporter.unpark();
        }
    }

    /// Moves every trace that has ended by now to the end of `into`.
    pub(crate) fn take_ended(&self, into: &mut Vec<Item>) {
        self.woken.store(false, Ordering::Release);
        let queue = std::mem::take(&mut *self.queue.lock());
        for (header, items) in queue.traces {
            into.push(Item::Trace(header));
            into.extend(items);
        }
        let mut rings = self.rings.lock();
        rings.retain_mut(|ring| {
            // Asked first: what is written before a thread ends is read below.
            let ended = ring.is_abandoned();
            let waiting = ring.slots();
            if let Ok(chunk) = ring.read_chunk(waiting) {
                into.extend(chunk);
            }
            !ended
        });
    }

    /// Counts what arrived after the exporter had looked for the last time as dropped. Called before the numbers are
    /// read, so that they are exact once the threads that end traces have stopped.
    pub(crate) fn count_leftovers(&self) {
        if self.is_finished() {
            let mut items = Vec::new();
            self.take_ended(&mut items);
            self.drop_items(DropReason::ShutDown, &items);
        }
    }

    /// Gives the memory of rings and queue back. For a handle that nobody can ask any more.
    pub(crate) fn release_memory(&self) {
        self.rings.lock().clear();
        *self.queue.lock() = Queue::default();
    }
}

/// A trace that is exported, when its root ends.
pub(crate) struct EndedTrace<'b> {
    pub(crate) trace_id: u128,
    pub(crate) kept_for: KeptFor,
    pub(crate) root: SpanRecord,
    /// Everything but the root.
    pub(crate) buffer: &'b mut SpanBuffer,
}

fn drain_items(root: SpanRecord, buffer: &mut SpanBuffer) -> impl Iterator<Item = Item> {
    let (spans, attributes) = buffer.drain();
    std::iter::once(root).chain(spans).map(Item::Span).chain(attributes.map(Item::Attribute))
}

#[cold]
fn collect_items(root: SpanRecord, buffer: &mut SpanBuffer) -> Vec<Item> {
    drain_items(root, buffer).collect()
}

enum Written {
    Well,
    HalfFull,
    /// The ring is full, or the thread has none.
    NoRoom,
}

#[cfg(test)]
mod tests {
    use super::Item;

    #[test]
    fn an_item_is_a_cache_line() {
        assert_eq!(size_of::<Item>(), 64);
    }
}
