use opentelemetry::Value;

use super::{Chunk, Packing};
use crate::buffer::SpanBuffer;
use crate::clock::Ticks;
use crate::outbox::{EndedTrace, Outbox};
use crate::outcome::Outcome;
use crate::record::{Note, NoteRecord, SpanRecord};
use crate::telemetry::named_root;

/// The chunks that traces of so many spans make, each with a text of so many bytes.
pub(in crate::telemetry::export) fn chunks(traces: &[usize], text: usize) -> Vec<Chunk> {
    let span = |id: usize| SpanRecord {
        id: id as u64,
        parent: 0,
        start: Ticks::NONE,
        end: Ticks::NONE,
        site: named_root("root"),
        outcome: Outcome::Ok,
    };
    let mut outbox = Outbox::default();
    for spans in traces {
        let mut buffer = SpanBuffer::default();
        (1..*spans).for_each(|id| buffer.push(span(id + 1)));
        let note = Note::Attribute { key: "text", value: Value::from("x".repeat(text)) };
        buffer.note(NoteRecord::new(1, note).unwrap());
        assert!(outbox.put(&mut EndedTrace { trace_id: 7, end: None, root: span(1), buffer: &mut buffer }));
    }
    let mut chunks = Vec::new();
    let mut packing = Packing::new(|chunk| chunks.push(chunk));
    outbox.traces().for_each(|trace| packing.add(trace));
    packing.finish();
    chunks
}

fn sizes(traces: &[usize]) -> Vec<(usize, usize)> {
    chunks(traces, 0).iter().map(|chunk| (chunk.traces.len(), chunk.span_count())).collect()
}

#[test]
fn traces_are_packed_whole() {
    assert_eq!(sizes(&[]), []);
    assert_eq!(sizes(&[6, 6]), [(2, 12)]);
    assert_eq!(sizes(&[500, 12, 1]), [(2, 512), (1, 1)]);
    assert_eq!(sizes(&[1, 2_000, 1]), [(1, 1), (1, 2_000), (1, 1)]);
}

#[test]
fn what_takes_much_is_packed_alone() {
    let sizes = |text| chunks(&[1; 4], text).iter().map(Chunk::span_count).collect::<Vec<_>>();
    assert_eq!(sizes(500_000), [2, 2]);
    assert_eq!(sizes(2 << 20), [1; 4]);
    assert!(chunks(&[1; 4], 500_000).iter().all(|chunk| chunk.bytes() <= 1 << 20));
}

#[test]
fn texts_count() {
    let bytes = |text| chunks(&[3, 3], text)[0].bytes();
    assert_eq!(bytes(10_000) - bytes(0), 20_000);
}
