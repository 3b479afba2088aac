//! The way of finished traces from the threads that end them to the one that exports them.
//!
//! Every thread writes whole traces into a ring of its own, whose only reader is the exporter's thread: wait-free,
//! no allocation, no cache line that two writers share. A trace that is too long for a ring goes through a queue.
//! What finds no room is counted, never waited for.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Thread;

use parking_lot::Mutex;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::ids;
use crate::record::{AttributeRecord, SpanRecord};

/// Items a ring holds: 4,096 of 80 bytes, a third of a megabyte per thread that ends traces.
const RING_ITEMS: usize = 4_096;
/// Spans that may wait in the queue of long traces.
const QUEUE_SPANS: usize = 65_536;

/// What a ring carries: the header of a trace, then its spans, each after the attributes that were set on it.
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
}

/// Why spans were dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DropReason {
    /// They started after their trace had left the slab.
    Late,
    /// Their trace had more spans than are kept of one.
    TraceTooLong,
    /// The exporter did not keep up.
    QueueFull,
    /// The exporter reported an error.
    ExportFailed,
    /// They ended after the telemetry handle was shut down.
    ShutDown,
}

impl DropReason {
    pub(crate) const ALL: [DropReason; 5] = [
        DropReason::Late,
        DropReason::TraceTooLong,
        DropReason::QueueFull,
        DropReason::ExportFailed,
        DropReason::ShutDown,
    ];

    /// The value of the `reason` label.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            DropReason::Late => "late",
            DropReason::TraceTooLong => "trace_too_long",
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
    long_traces: Mutex<LongTraces>,
    exporter: OnceLock<Thread>,
    /// Set from the moment the exporter was woken until it looks into the rings.
    woken: AtomicBool,
    closed: AtomicBool,
    pub(crate) exported: AtomicU64,
    dropped: [AtomicU64; DropReason::ALL.len()],
}

#[derive(Default)]
struct LongTraces {
    traces: VecDeque<(TraceHeader, Vec<Item>)>,
    spans: usize,
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
    /// Names the thread that drains the rings.
    pub(crate) fn attach(&self, exporter: Thread) {
        let _already_attached = self.exporter.set(exporter);
    }

    /// From here on, what ends is counted as dropped.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    pub(crate) fn count_dropped(&self, reason: DropReason, spans: usize) {
        self.dropped[reason as usize].fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(crate) fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped[reason as usize].load(Ordering::Relaxed)
    }

    /// Takes a whole trace, or a span that ended after its trace was handed over; leaves `items` empty.
    pub(crate) fn hand_over(&self, handle: u16, trace_id: u128, items: &mut Vec<Item>) {
        if self.closed.load(Ordering::Acquire) {
            return self.drop_items(DropReason::ShutDown, items);
        }
        let header = TraceHeader { trace_id: ids::halves(trace_id), items: items.len() };
        if items.len() > RING_ITEMS / 4 {
            return self.queue_long_trace(header, items);
        }
        let room = RINGS.try_with(|rings| {
            let mut rings = rings.borrow_mut();
            let ring = self.ring(handle, &mut rings);
            let chunk = ring.write_chunk_uninit(1 + items.len()).ok()?;
            chunk.fill_from_iter(std::iter::once(Item::Trace(header)).chain(items.drain(..)));
            Some(ring.cached_slots())
        });
        match room {
            Ok(Some(slots)) if slots > RING_ITEMS / 2 => {}
            Ok(Some(_)) => self.wake_exporter(),
            Ok(None) | Err(_) => {
                self.drop_items(DropReason::QueueFull, items);
                self.wake_exporter();
            }
        }
    }

    #[cold]
    fn drop_items(&self, reason: DropReason, items: &mut Vec<Item>) {
        self.count_dropped(reason, count_spans(items.iter()));
        items.clear();
    }

    fn ring<'r>(&self, handle: u16, rings: &'r mut Vec<Ring>) -> &'r mut Producer<Item> {
        let index = rings.iter().position(|ring| ring.handle == handle).unwrap_or_else(|| {
            rings.retain(|ring| !ring.producer.is_abandoned());
            let (producer, consumer) = RingBuffer::new(RING_ITEMS);
            self.rings.lock().push(consumer);
            rings.push(Ring { handle, producer });
            rings.len() - 1
        });
        &mut rings[index].producer
    }

    #[cold]
    fn queue_long_trace(&self, header: TraceHeader, items: &mut Vec<Item>) {
        let spans = count_spans(items.iter());
        let mut queue = self.long_traces.lock();
        if queue.spans + spans > QUEUE_SPANS {
            drop(queue);
            self.drop_items(DropReason::QueueFull, items);
        } else {
            queue.spans += spans;
            queue.traces.push_back((header, std::mem::take(items)));
        }
        self.wake_exporter();
    }

    pub(crate) fn wake_exporter(&self) {
        if !self.woken.swap(true, Ordering::AcqRel)
            && let Some(exporter) = self.exporter.get()
        {
            exporter.unpark();
        }
    }

    /// Gives every finished trace to `read`, item by item, until it says that it has enough.
    pub(crate) fn drain(&self, mut read: impl FnMut(Item) -> Reading) {
        self.woken.store(false, Ordering::Release);
        while let Some((header, items)) = self.next_long_trace() {
            let mut last = read(Item::Trace(header));
            for item in items {
                last = read(item);
            }
            if last == Reading::Enough {
                return;
            }
        }
        let mut rings = self.rings.lock();
        rings.retain_mut(|ring| {
            let alive = !ring.is_abandoned();
            read_ring(ring, &mut read);
            alive || !ring.is_empty()
        });
    }

    fn next_long_trace(&self) -> Option<(TraceHeader, Vec<Item>)> {
        let mut queue = self.long_traces.lock();
        let (header, items) = queue.traces.pop_front()?;
        queue.spans -= count_spans(&items);
        Some((header, items))
    }
}

/// Whether a reader has room for another trace. Asked for after every item, heeded between two traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Continue,
    Enough,
}

fn read_ring(ring: &mut Consumer<Item>, read: &mut impl FnMut(Item) -> Reading) {
    let mut rest_of_trace = 0;
    while let Ok(item) = ring.pop() {
        if let Item::Trace(header) = &item {
            rest_of_trace = header.items;
        } else {
            rest_of_trace -= 1;
        }
        if read(item) == Reading::Enough && rest_of_trace == 0 {
            return;
        }
    }
}
