//! Whatever sources of metrics say: nothing panics, their page can be read, is its own page, and has the same samples in both
//! formats.
//!
//! An input is two sources, with a line of nothing but a form feed between them.
#![no_main]

mod pieces;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

use crate::metrics::invariants;

/// The page of `runtime/src/telemetry/metrics.rs`, compiled as it stands, with what its tests check.
#[path = "../../runtime/src/telemetry/metrics"]
mod metrics {
    pub mod foreign;
    pub mod invariants;
    pub mod line;
    pub mod page;
    pub mod text;
}

/// What sources are made of.
const PIECES: [&str; 20] = [
    "# TYPE a counter\n",
    "# TYPE a gauge\n",
    "# TYPE a histogram\n",
    "# TYPE a summary\n",
    "# TYPE a info\n",
    "# TYPE a_sum unknown\n",
    "# HELP a Of \\\"a\\\".\r\n",
    "# UNIT a_seconds seconds\n",
    "# EOF\n",
    "a_total 1 # {b=\"c\"} 0.5 1700000000.5\n",
    "a_bucket{le=\"+Inf\"} 1\n",
    "a_created 1700000000.5\n",
    "a{quantile=\"0.5\"} NaN\n",
    "a_sum 1e308 9223372036854775.807\n",
    "{b=\"\\\\\\n\\\"\",c=\"\"}",
    "-nan",
    "1e400",
    "_total",
    "\n\u{c}\n",
    "\n",
];

fuzz_target!(|input: &[u8]| {
    // A source is text.
    let text = String::from_utf8_lossy(input);
    let (first, second) = text.split_once("\n\u{c}\n").unwrap_or((&text, ""));
    invariants::check(&[first, second]);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    pieces::put_in(&PIECES, data, size, max_size, seed)
});
