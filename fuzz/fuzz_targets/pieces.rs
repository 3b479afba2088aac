//! Inputs that are made of pieces which mean something.

use libfuzzer_sys::fuzzer_mutate;

/// Every other time one of the pieces goes in somewhere; otherwise libFuzzer does what it likes.
pub fn put_in(pieces: &[&str], data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let seed = seed as usize;
    let piece = pieces[seed / 2 % pieces.len()];
    if !seed.is_multiple_of(2) || size + piece.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    let at = seed / 31 % (size + 1);
    data.copy_within(at..size, at + piece.len());
    data[at..at + piece.len()].copy_from_slice(piece.as_bytes());
    size + piece.len()
}
