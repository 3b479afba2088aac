//! The trace that was exported last for each bucket of each histogram.
//!
//! They are noted when a trace is collected for the exporters, so calls pay nothing for them. One whose batch is lost
//! afterwards may not be found.

use std::collections::HashMap;
use std::time::SystemTime;

use opentelemetry::Value;
use parking_lot::{Mutex, MutexGuard};

use crate::clock::{self, Anchor};
use crate::core::Core;
use crate::outbox::WaitingTrace;
use crate::record::{Note, NoteRecord, SpanRecord};
use crate::registry::SeriesId;

/// The most buckets of a handle that have one; some four megabytes.
const MAX: usize = 65_536;

/// A handle's exemplars.
#[derive(Default)]
pub(crate) struct Exemplars(Mutex<ByBucket>);

/// By series and bucket.
type ByBucket = HashMap<(SeriesId, usize), Exemplar>;

/// A span that is in a bucket.
#[derive(Clone, Copy)]
pub(crate) struct Exemplar {
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
    pub(crate) nanos: u64,
    pub(crate) ended: SystemTime,
}

/// A span that has ended, with what tells its series.
pub(crate) struct EndedSpan<'t> {
    #[cfg_attr(
        not(feature = "_sqlx"),
        expect(dead_code, reason = "only of statements does a handle say what is measured")
    )]
    pub(crate) core: &'static Core,
    pub(crate) record: &'t SpanRecord,
    notes: &'t [NoteRecord],
}

impl EndedSpan<'_> {
    /// What the attribute was set to last.
    #[cfg_attr(
        not(any(feature = "axum", feature = "_sqlx")),
        expect(dead_code, reason = "only requests and transactions are measured by an attribute")
    )]
    pub(crate) fn attribute(&self, key: &str) -> Option<&Value> {
        let of_span = self.notes.iter().rev().filter(|record| record.span == self.record.id);
        of_span.into_iter().find_map(|record| match &record.note {
            Note::Attribute { key: of, value } if *of == key => Some(value),
            _ => None,
        })
    }
}

/// What notes exemplars, for as long as traces are collected. It lets go of them between two traces, so that who reads the
/// metrics never waits for a whole collection.
pub(crate) struct Noting<'e> {
    core: &'static Core,
    anchor: Anchor,
    exemplars: &'e Exemplars,
}

impl Noting<'_> {
    /// Notes the spans of a trace that is exported, before its notes are taken.
    pub(crate) fn note(&self, trace: &WaitingTrace<'_>) {
        let Noting { core, anchor, exemplars } = self;
        let mut exemplars = exemplars.0.lock();
        for record in trace.spans {
            let span = EndedSpan { core, record, notes: trace.notes };
            let ticks = record.end.since(record.start);
            let exemplar = || Exemplar {
                trace_id: trace.trace_id,
                span_id: record.id,
                nanos: clock::nanos(ticks),
                ended: anchor.wall(record.end),
            };
            for metric in record.site.metrics_of_ended(&span) {
                let key = (metric.series(), metric.bucket(ticks));
                if exemplars.len() < MAX || exemplars.contains_key(&key) {
                    exemplars.insert(key, exemplar());
                }
            }
        }
    }
}

impl Exemplars {
    /// Begins to note those of a handle.
    pub(crate) fn noting(&self, core: &'static Core) -> Noting<'_> {
        Noting { core, anchor: Anchor::now(), exemplars: self }
    }

    /// Those that are noted; until they are dropped no others are.
    pub(crate) fn noted(&self) -> Noted<'_> {
        Noted(self.0.lock())
    }
}

/// Exemplars as they are read.
pub(crate) struct Noted<'e>(MutexGuard<'e, ByBucket>);

impl Noted<'_> {
    /// Of the bucket with this index.
    pub(crate) fn of(&self, series: SeriesId, bucket: usize) -> Option<Exemplar> {
        self.0.get(&(series, bucket)).copied()
    }
}
