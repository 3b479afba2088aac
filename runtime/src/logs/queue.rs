//! The way of log lines to where they are written: a bounded queue, and a thread that writes.
//!
//! Whoever logs waits for nobody but those who log at the same time. A line that finds no room is counted, and so is one
//! that could not be written; neither is tried again.

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::line_writer::LineWriter;
use super::outlets::{LineDrop, Outlets};
use super::own_threads::WRITING;
use crate::core::Core;

/// What may wait to be written, in bytes; as much again may be on its way.
const MAX_BYTES: usize = 8 << 20;
/// A buffer that had to grow past so many bytes gives its memory back.
const RECYCLED: usize = 256 << 10;

/// Lines that wait, one behind the other; each ends in a line break, and has no other.
pub(super) struct Queue {
    state: Mutex<State>,
    /// There is something to write, or nothing more to come.
    filled: Condvar,
    /// What had been taken was written, or given up.
    written: Condvar,
    core: &'static Core,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    /// Batches that were written, or given up.
    rounds: u64,
    /// The bytes of the batch that is on its way; none if none is.
    writing: usize,
    closed: bool,
}

/// The queue as the one who logs has it. The thread ends when the last of them is gone and all is written.
pub(super) struct Lines(Arc<Queue>);

impl Lines {
    /// Starts a thread that writes to `writer`.
    pub(super) fn start(core: &'static Core, writer: impl Write + Send + 'static) -> io::Result<Lines> {
        let queue = Arc::new(Queue {
            state: Mutex::default(),
            filled: Condvar::new(),
            written: Condvar::new(),
            core,
        });
        let own = Arc::clone(&queue);
        thread::Builder::new().name(WRITING.into()).spawn(move || own.write_all(writer))?;
        core.logs.add(&queue);
        Ok(Lines(queue))
    }

    /// Takes a line with its end, or counts it as dropped.
    pub(super) fn push(&self, line: &[u8]) {
        let Queue { state, filled, core, .. } = &*self.0;
        let mut state = state.lock();
        let room = state.waiting.len() + line.len() <= MAX_BYTES;
        if room {
            state.waiting.extend_from_slice(line);
        }
        drop(state);
        if room {
            filled.notify_one();
        } else {
            core.logs.count_dropped(LineDrop::QueueFull);
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.0.state.lock().closed = true;
        self.0.filled.notify_one();
    }
}

impl Queue {
    /// Waits until what was pushed by now is written; says whether `timeout` was enough.
    pub(super) fn flush(&self, timeout: Duration) -> bool {
        let started = Instant::now();
        let mut state = self.state.lock();
        // What is being written ends one round, what waits the next.
        let rounds = u64::from(state.writing > 0) + u64::from(!state.waiting.is_empty());
        let until = state.rounds + rounds;
        let mut in_time = true;
        while state.rounds < until && in_time {
            let left = timeout.saturating_sub(started.elapsed());
            in_time = !self.written.wait_for(&mut state, left).timed_out();
        }
        state.rounds >= until
    }

    /// What waits, and what is on its way.
    pub(super) fn bytes(&self) -> usize {
        let state = self.state.lock();
        state.waiting.len() + state.writing
    }

    /// What the thread does.
    fn write_all(&self, writer: impl Write) {
        let mut writer = LineWriter::new(writer);
        let mut batch = Vec::new();
        while self.take(&mut batch) {
            for line in batch.split_inclusive(|byte| *byte == b'\n') {
                write_line(&mut writer, line, &self.core.logs);
            }
            batch.clear();
            batch.shrink_to(RECYCLED);
            let mut state = self.state.lock();
            state.writing = 0;
            state.rounds += 1;
            drop(state);
            self.written.notify_all();
        }
    }

    /// Waits for lines, and exchanges them for an empty buffer; `false` when there are no more to come.
    fn take(&self, batch: &mut Vec<u8>) -> bool {
        let mut state = self.state.lock();
        self.filled.wait_while(&mut state, |state| state.waiting.is_empty() && !state.closed);
        std::mem::swap(&mut state.waiting, batch);
        state.writing = batch.len();
        state.writing > 0
    }
}

fn write_line(writer: &mut LineWriter<impl Write>, line: &[u8], outlets: &Outlets) {
    let write = || writer.write(line);
    // A writer is foreign code: its panic must not end the thread.
    match catch_unwind(AssertUnwindSafe(write)) {
        Ok(Ok(())) => outlets.count_written(),
        Ok(Err(_)) | Err(_) => outlets.count_dropped(LineDrop::WriteFailed),
    }
}
