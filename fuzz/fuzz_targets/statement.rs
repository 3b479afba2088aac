//! Whatever text is read as SQL of whichever database: it does not panic, its summary is bounded, and what is shown of
//! it has no value in it, and all the rest.
//!
//! An input is a byte for the dialect, and the text. The corpus of `sql/` is what the mutations are made of.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

use crate::dialect::Dialect;
use crate::sql::{dialect, invariants, mask, summary, tokens};

/// The modules of `sql/src/lib.rs`, compiled as they stand, with what its tests check.
#[path = "../../sql/src"]
mod sql {
    pub mod dialect;
    #[path = "tests/invariants.rs"]
    pub mod invariants;
    pub mod mask;
    pub mod summary;
    pub mod tokens;
}

/// Statements, one or more lines each.
const CORPUS: &[&str] = &[
    include_str!("../../sql/tests/corpus/common.txt"),
    include_str!("../../sql/tests/corpus/postgres.txt"),
    include_str!("../../sql/tests/corpus/mysql.txt"),
    include_str!("../../sql/tests/corpus/sqlite.txt"),
    include_str!("../../sql/tests/corpus/other.txt"),
];

fuzz_target!(|input: &[u8]| {
    let Some((dialect, text)) = input.split_first() else { return };
    let dialect = Dialect::ALL[usize::from(*dialect) % Dialect::ALL.len()];
    invariants::check(&String::from_utf8_lossy(text), dialect);
});

// Every other time a piece of a statement goes in: most of what libFuzzer does to letters is no SQL.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let seed = seed as usize;
    let piece = piece(seed / 2);
    if !seed.is_multiple_of(2) || size == 0 || size + piece.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    let at = 1 + seed % size;
    data.copy_within(at..size, at + piece.len());
    data[at..at + piece.len()].copy_from_slice(piece.as_bytes());
    size + piece.len()
});

/// One to four words of a line.
fn piece(seed: usize) -> &'static str {
    let lines = CORPUS[seed % CORPUS.len()].lines().filter(|line| !line.starts_with(['#', '=', '~']));
    let lines: Vec<_> = lines.collect();
    let line = lines[seed / 7 % lines.len()];
    let spaces: Vec<_> = line.match_indices(' ').map(|(at, _)| at).collect();
    if spaces.is_empty() {
        return line;
    }
    let first = seed / 11 % spaces.len();
    let end = spaces.get(first + 1 + seed / 13 % 4).copied().unwrap_or(line.len());
    &line[spaces[first]..end]
}
