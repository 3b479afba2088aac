//! How large the arguments of a job are.

use std::io::{self, Write};

use serde::Serialize;

/// Tells the size of a job's arguments, in bytes: [`AsJson`], or a function of them. See
/// [`JobLayer::payload_size`](super::JobLayer::payload_size).
pub trait PayloadSize<Args> {
    /// The size; `None` where it is not known.
    fn payload_size(&self, args: &Args) -> Option<usize>;
}

/// The size is not measured.
#[derive(Clone, Copy, Debug)]
pub struct Unmeasured;

/// The size as JSON, in bytes, in which apalis' back ends keep arguments unless they are given another codec. The arguments are
/// serialised for it, into nothing.
///
/// ```
/// use spanweave::job::{AsJson, PayloadSize};
///
/// assert_eq!(AsJson.payload_size(&["a", "b"]), Some(r#"["a","b"]"#.len()));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AsJson;

impl<Args> PayloadSize<Args> for Unmeasured {
    fn payload_size(&self, _: &Args) -> Option<usize> {
        None
    }
}

impl<Args: Serialize> PayloadSize<Args> for AsJson {
    fn payload_size(&self, args: &Args) -> Option<usize> {
        let mut length = Length(0);
        serde_json::to_writer(&mut length, args).ok()?;
        Some(length.0)
    }
}

impl<Args, F: Fn(&Args) -> usize> PayloadSize<Args> for F {
    fn payload_size(&self, args: &Args) -> Option<usize> {
        Some(self(args))
    }
}

/// Counts what is written to it.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{AsJson, PayloadSize};

    #[test]
    fn what_has_no_json_has_no_size() {
        assert_eq!(AsJson.payload_size(&BTreeMap::from([((1, 2), 3)])), None);
    }
}
