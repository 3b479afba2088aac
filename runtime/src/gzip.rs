//! Bytes in fewer bytes.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

/// The bytes, compressed. Spans and metrics are much alike: more effort would save little.
pub(crate) fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 8), Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("writing into memory does not fail")
}
