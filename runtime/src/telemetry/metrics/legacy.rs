//! The metrics as an admin panel reads them: one document with totals and quantiles in place of series.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::measured::{Measured, measured};
use crate::buckets::Buckets;
use crate::core::Core;
use crate::family::Family;
use crate::names::{METHODS, REQUESTS, STATEMENTS};
use crate::snapshot::Snapshot;

/// What a handle has measured so far.
pub(crate) struct Legacy {
    uptime_seconds: u64,
    /// Resident, and all of it.
    memory_bytes: Option<[u64; 2]>,
    by_status: BTreeMap<String, u64>,
    routes: Vec<Row>,
    methods: Vec<Row>,
    tables: Vec<Row>,
}

/// The calls that have some labels in common.
struct Row {
    labels: Vec<(&'static str, String)>,
    count: u64,
    errors: u64,
    average_ms: f64,
    /// The upper bounds of buckets; `None` past the last one.
    quantiles_ms: [Option<f64>; 3],
}

const QUANTILES: [(&str, f64); 3] = [("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99)];

impl Legacy {
    pub(in crate::telemetry) fn of(core: &Core) -> Legacy {
        let requests = measured(core, &REQUESTS, &HashSet::new());
        Legacy {
            uptime_seconds: core.started.elapsed().as_secs(),
            memory_bytes: memory_bytes(),
            by_status: by_status(&requests),
            routes: rows(&REQUESTS, requests, 2),
            methods: rows(&METHODS, measured(core, &METHODS, &HashSet::new()), 3),
            tables: rows(&STATEMENTS, measured(core, &STATEMENTS, &HashSet::new()), 1),
        }
    }

    pub(crate) fn json(&self) -> Value {
        let rows = |rows: &[Row]| rows.iter().map(Row::json).collect::<Vec<_>>();
        let [resident, all] = self.memory_bytes.map_or([None; 2], |memory| memory.map(Some));
        json!({
            "uptime_seconds": self.uptime_seconds,
            "process": { "resident_memory_bytes": resident, "virtual_memory_bytes": all },
            "requests": {
                "total": self.by_status.values().sum::<u64>(),
                "by_status": self.by_status,
                "routes": rows(&self.routes),
            },
            "methods": rows(&self.methods),
            "sql": rows(&self.tables),
        })
    }

    /// The same, a line each.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("uptime_seconds {}\n", self.uptime_seconds);
        if let Some([resident, all]) = self.memory_bytes {
            push(&mut text, format_args!("process_resident_memory_bytes {resident}\n"));
            push(&mut text, format_args!("process_virtual_memory_bytes {all}\n"));
        }
        push(&mut text, format_args!("requests {}\n", self.by_status.values().sum::<u64>()));
        for (status, count) in &self.by_status {
            push(&mut text, format_args!("requests status={status} {count}\n"));
        }
        for (what, rows) in [("route", &self.routes), ("method", &self.methods), ("sql", &self.tables)] {
            for row in rows {
                push(&mut text, format_args!("{what} {}\n", row.text()));
            }
        }
        text
    }
}

/// By the class of the status, or by the outcome of what had none.
fn by_status(requests: &[Measured]) -> BTreeMap<String, u64> {
    let mut by_status = BTreeMap::new();
    for request in requests {
        let status = &request.series.labels[2];
        let class = match status.chars().next() {
            Some(digit) if digit.is_ascii_digit() => format!("{digit}xx"),
            _ => status.clone(),
        };
        *by_status.entry(class).or_default() += request.snapshot.count();
    }
    by_status
}

/// A row for each set of the family's first labels.
fn rows(family: &'static Family, measured: Vec<Measured>, labels: usize) -> Vec<Row> {
    let mut by_labels: BTreeMap<Vec<String>, Snapshot> = BTreeMap::new();
    for Measured { series, snapshot, .. } in measured {
        by_labels.entry(series.labels[..labels].to_vec()).or_default().add(&snapshot);
    }
    let row = |(values, snapshot): (Vec<String>, Snapshot)| {
        Row::new(family.label_names.iter().copied().zip(values).collect(), &snapshot, &family.buckets)
    };
    by_labels.into_iter().map(row).collect()
}

impl Row {
    fn new(labels: Vec<(&'static str, String)>, snapshot: &Snapshot, buckets: &Buckets) -> Row {
        let count = snapshot.count();
        let [_, errors, _, panicked] = snapshot.outcomes;
        #[expect(clippy::cast_precision_loss, reason = "an average is shown, not counted with")]
        let average = snapshot.sum_seconds() / count as f64;
        let quantile =
            |(_, quantile)| snapshot.quantile_bound(buckets, quantile).filter(|bound| bound.is_finite());
        Row {
            labels,
            count,
            errors: errors + panicked,
            average_ms: milliseconds(average),
            quantiles_ms: QUANTILES.map(|of| quantile(of).map(milliseconds)),
        }
    }

    fn json(&self) -> Value {
        let mut row: Map<_, _> =
            self.labels.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        row.insert("count".to_owned(), json!(self.count));
        row.insert("errors".to_owned(), json!(self.errors));
        row.insert("avg_ms".to_owned(), json!(self.average_ms));
        let quantiles = QUANTILES.iter().zip(self.quantiles_ms);
        row.extend(quantiles.map(|((name, _), bound)| ((*name).to_owned(), json!(bound))));
        Value::Object(row)
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.labels {
            // A row is one line, whatever a value holds.
            push(&mut text, format_args!("{name}={} ", value.escape_debug()));
        }
        let Row { count, errors, average_ms, .. } = self;
        push(&mut text, format_args!("count={count} errors={errors} avg_ms={average_ms}"));
        for ((name, _), bound) in QUANTILES.iter().zip(self.quantiles_ms) {
            match bound {
                Some(bound) => push(&mut text, format_args!(" {name}={bound}")),
                None => push(&mut text, format_args!(" {name}=-")),
            }
        }
        text
    }
}

/// With three digits behind the point.
fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e3
}

#[cfg(all(feature = "process", target_os = "linux"))]
fn memory_bytes() -> Option<[u64; 2]> {
    super::process::memory_bytes()
}

#[cfg(not(all(feature = "process", target_os = "linux")))]
fn memory_bytes() -> Option<[u64; 2]> {
    None
}

fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.write_fmt(line).expect("text grows in memory");
}

#[cfg(test)]
mod tests;
