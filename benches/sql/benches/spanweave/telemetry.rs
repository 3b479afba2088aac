//! The three ways a trace is recorded, and a contender of each.

use std::sync::Arc;
use std::time::Duration;

use spanweave::{Keep, Telemetry};
use spanweave_bench_sql::contender::{Contender, Export};

use crate::client::{Client, repeat};
use crate::sink::Sink;

#[derive(Clone, Copy)]
pub enum Mode {
    Sampled,
    Buffered,
    NotSampled,
}

/// A contender with a handle of its own.
pub fn traced(name: &'static str, mode: Mode, client: impl Client) -> Contender {
    let sink = Sink::default();
    let (ratio, keep) = match mode {
        Mode::Sampled => (1.0, Keep::default()),
        Mode::Buffered => (0.0, Keep::default()),
        Mode::NotSampled => (0.0, Keep::nothing()),
    };
    let builder = Telemetry::builder().sampling_ratio(ratio).keep(keep).exporter(sink.clone());
    let telemetry = builder.build().expect("a bench can make a handle");
    let (client, root) = (Arc::new(client), telemetry.root("GET /tasks"));
    Contender {
        name,
        trace: Arc::new(move |work, times| {
            let client = client.clone();
            Box::pin(async move { root.run(repeat(&*client, work, times)).await })
        }),
        export: Export {
            is_sampled: matches!(mode, Mode::Sampled),
            statements: sink.statements,
            flush: Box::new(move || {
                assert!(telemetry.flush(Duration::from_secs(10)), "the sink keeps up");
            }),
        },
    }
}
