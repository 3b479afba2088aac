//! Lines as a writer gets them: each begins at the start of one, also behind one that was cut off.

use std::io::{self, ErrorKind, Write};

pub(super) struct LineWriter<W> {
    writer: W,
    /// Whether what is out ends in the middle of a line.
    is_cut: bool,
}

impl<W: Write> LineWriter<W> {
    pub(super) fn new(writer: W) -> LineWriter<W> {
        LineWriter { writer, is_cut: false }
    }

    /// Writes a line with its end, and has it go on to where it is read.
    pub(super) fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_cut {
            self.put(b"\n")?;
        }
        self.put(line)?;
        self.writer.flush()
    }

    /// As [`Write::write_all`], which does not tell how far it came.
    fn put(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while let Some(last) = bytes.len().checked_sub(1) {
            match self.writer.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => {
                    self.is_cut = written <= last || bytes[last] != b'\n';
                    bytes = bytes.get(written..).unwrap_or_default();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind, Write};

    use super::LineWriter;

    /// Takes so many bytes of a line, then fails once, and is well from then on.
    struct FailsOnce {
        takes: usize,
        failed: bool,
        text: Vec<u8>,
    }

    impl Write for FailsOnce {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let room = if self.failed { bytes.len() } else { self.takes - self.text.len() };
            if room == 0 {
                self.failed = true;
                return Err(ErrorKind::StorageFull.into());
            }
            let taken = room.min(bytes.len());
            self.text.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_that_was_cut_off_does_not_run_into_the_next_one() {
        for (takes, text) in
            [(0, "second\nthird\n"), (3, "fir\nsecond\nthird\n"), (5, "first\nsecond\nthird\n")]
        {
            let mut writer = LineWriter::new(FailsOnce { takes, failed: false, text: Vec::new() });
            assert!(writer.write(b"first\n").is_err());
            assert!(writer.write(b"second\n").is_ok() && writer.write(b"third\n").is_ok());
            assert_eq!(String::from_utf8(writer.writer.text).unwrap(), text);
        }
    }
}
