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

use crate::record::{AttributeRecord, SpanRecord};

/// Items a ring holds: 4,096 of 80 bytes, a third of a megabyte per thread that ends traces.
const RING_ITEMS: usize = 4_096;
/// Spans that may wait in the queue of long traces.
const QUEUE_SPANS: usize = 65_536;

/// What a ring carries: the header of a trace, then its attributes, then its spans.
pub(crate) enum Item {
    Trace(TraceHeader),
    Attribute(AttributeRecord),
    Span(SpanRecord),
}

#[derive(Clone, Copy)]
pub(crate) struct TraceHeader {
    pub(crate) trace_id: TraceId,
    pub(crate) attributes: usize,
    pub(crate) spans: usize,
}

/// A trace id in two halves, which keeps an [`Item`] at the alignment of a word.
#[derive(Clone, Copy)]
pub(crate) struct TraceId(u64, u64);

impl From<u128> for TraceId {
    fn from(id: u128) -> TraceId {
        TraceId((id >> 64) as u64, id as u64)
    }
}

impl From<TraceId> for u128 {
    fn from(id: TraceId) -> u128 {
        (u128::from(id.0) << 64) | u128::from(id.1)
    }
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
    traces: VecDeque<Vec<Item>>,
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

    /// Takes a whole trace, or a span that ended after its trace was handed over.
    pub(crate) fn hand_over(
        &self,
        handle: u16,
        header: TraceHeader,
        attributes: impl Iterator<Item = AttributeRecord>,
        spans: impl Iterator<Item = SpanRecord>,
    ) {
        if self.closed.load(Ordering::Acquire) {
            return self.count_dropped(DropReason::ShutDown, header.spans);
        }
        let length = 1 + header.attributes + header.spans;
        let items = std::iter::once(Item::Trace(header))
            .chain(attributes.map(Item::Attribute))
            .chain(spans.map(Item::Span));
        if length > RING_ITEMS / 4 {
            return self.queue_long_trace(header.spans, items);
        }
        let written = RINGS.try_with(|rings| {
            let mut rings = rings.borrow_mut();
            self.ring(handle, &mut rings).write_chunk_uninit(length).map(|chunk| {
                chunk.fill_from_iter(items);
            })?;
            Ok::<_, rtrb::chunks::ChunkError>(self.ring(handle, &mut rings).slots() < RING_ITEMS / 2)
        });
        match written {
            Ok(Ok(half_full)) if !half_full => {}
            Ok(Ok(_)) => self.wake_exporter(),
            Ok(Err(_)) | Err(_) => {
                self.count_dropped(DropReason::QueueFull, header.spans);
                self.wake_exporter();
            }
        }
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
    fn queue_long_trace(&self, spans: usize, items: impl Iterator<Item = Item>) {
        let mut queue = self.long_traces.lock();
        if queue.spans + spans > QUEUE_SPANS {
            drop(queue);
            self.count_dropped(DropReason::QueueFull, spans);
        } else {
            queue.spans += spans;
            queue.traces.push_back(items.collect());
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
        while let Some(trace) = self.next_long_trace() {
            let mut last = Reading::Continue;
            for item in trace {
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

    fn next_long_trace(&self) -> Option<Vec<Item>> {
        let mut queue = self.long_traces.lock();
        let trace = queue.traces.pop_front()?;
        queue.spans -= trace.iter().filter(|item| matches!(item, Item::Span(_))).count();
        Some(trace)
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
            rest_of_trace = header.attributes + header.spans;
        } else {
            rest_of_trace -= 1;
        }
        if read(item) == Reading::Enough && rest_of_trace == 0 {
            return;
        }
    }
}
