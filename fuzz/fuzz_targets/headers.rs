//! Whatever a request's headers are read as a context: nothing panics, and what is kept is within its bounds and is read as
//! it is written.
//!
//! An input is the values of some headers, a line each.
#![no_main]

mod pieces;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

use crate::propagate::invariants;

/// The headers of `runtime/src/propagate/mod.rs`, compiled as they stand, with what its tests check.
#[path = "../../runtime/src/propagate"]
mod propagate {
    pub mod baggage;
    pub mod invariants;
    pub mod traceparent;
    pub mod tracestate;
}

/// What headers are made of.
const PIECES: [&str; 14] = [
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03-next",
    "congo=t61rcWkgMzE",
    "fw529a3039@dt=FfAxxyJ7",
    "t@vvvvvvvvvvvvvv=1",
    "tenant=Z%C3%BCrich;since=2019",
    "a=%FF%",
    " , \t",
    ",",
    ";p",
    "=",
    "\n",
    "@",
    "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
];

fuzz_target!(|input: &[u8]| {
    let headers: Vec<_> = input.split(|byte| *byte == b'\n').take(8).collect();
    invariants::check(&headers);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    pieces::put_in(&PIECES, data, size, max_size, seed)
});
