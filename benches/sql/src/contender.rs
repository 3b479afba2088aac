//! One way to execute the statements.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What is executed.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// A row by its id, of a text that is a literal.
    Find,
    /// The same row, of a text that is put together each time.
    FindBuilt,
    /// A hundred rows, read from a stream.
    Stream,
    /// A transaction with one insert.
    Insert,
}

pub const WORKS: [Work; 4] = [Work::Find, Work::FindBuilt, Work::Stream, Work::Insert];

impl Work {
    pub fn title(self) -> &'static str {
        match self {
            Work::Find => "fetch_one by id, the text a literal",
            Work::FindBuilt => "fetch_one by id, the text built each time",
            Work::Stream => "fetch, a stream of 100 rows",
            Work::Insert => "begin, one INSERT, commit",
        }
    }
}

/// Does the work so many times, in one trace of its own. A statement that fails ends the bench.
pub type Trace = dyn Fn(Work, u32) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync;

/// One way to execute the statements, on one database.
pub struct Contender {
    pub name: &'static str,
    pub trace: Arc<Trace>,
    pub export: Export,
}

/// Where a contender's spans go. Of a contender that has none, nowhere.
pub struct Export {
    /// Whether the traces are sampled, and so every statement's span has to be exported.
    pub is_sampled: bool,
    /// Spans of kind `CLIENT` that the exporter was given.
    pub statements: Arc<AtomicU64>,
    /// Exports what waits.
    pub flush: Box<dyn Fn()>,
}

impl Export {
    pub fn none() -> Export {
        Export { is_sampled: false, statements: Arc::default(), flush: Box::new(|| {}) }
    }

    pub fn so_far(&self) -> u64 {
        self.statements.load(Relaxed)
    }
}
