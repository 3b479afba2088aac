use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::SpanData;
use parking_lot::Mutex;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use super::Deliveries;
use crate::telemetry::export::backoff::Backoff;
use crate::telemetry::export::exporter::{Answer, Attempt, ErasedExporter};
use crate::telemetry::export::lane::{Fate, Lane};

/// Gives one answer after the other.
struct Told(Mutex<VecDeque<Answer>>);

impl ErasedExporter for Told {
    fn name(&self) -> &'static str {
        "told"
    }

    fn set_resource(&mut self, _: &Resource) {}

    fn prepare(&self, _: Vec<SpanData>) -> Attempt<'_> {
        Box::new(|_| self.0.lock().pop_front().unwrap())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown(&self) -> OTelSdkResult {
        Ok(())
    }
}

/// Counts warnings, and everything else.
#[derive(Clone, Default)]
struct Heard(Arc<[AtomicUsize; 2]>);

impl Subscriber for Heard {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.0[usize::from(*event.metadata().level() != Level::WARN)].fetch_add(1, Relaxed);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Delivers a batch for each answer but those that want it again; returns how many warnings are said, and how many other events.
fn deliver(answers: Vec<Answer>) -> [usize; 2] {
    let lane = Box::leak(Box::new(Lane::new("told".to_owned(), 0)));
    let soon = Duration::from_millis(1);
    let (mut deliveries, exporter) =
        (Deliveries::new(lane, Backoff::new(soon, soon)), Told(Mutex::new(answers.into())));
    let heard = Heard::default();
    tracing::subscriber::with_default(heard.clone(), || {
        while !exporter.0.lock().is_empty() {
            assert!(matches!(deliveries.deliver(&exporter, Vec::new()), Fate::Taken { .. }));
        }
    });
    [0, 1].map(|which| heard.0[which].load(Relaxed))
}

fn retry() -> Answer {
    Answer::Retry { after: None, why: "status 429".to_owned() }
}

#[test]
fn that_a_part_of_each_batch_is_rejected_is_said_once() {
    assert_eq!(deliver([1, 1, 1].map(|rejected| Answer::Taken { rejected }).into()), [1, 0]);
}

#[test]
fn that_a_collector_takes_each_batch_the_second_time_is_said_once() {
    let taken = || Answer::Taken { rejected: 0 };
    assert_eq!(deliver(vec![retry(), taken(), retry(), taken(), retry(), taken()]), [1, 1]);
}

#[test]
fn different_troubles_in_turn_are_each_said_once() {
    let some = || Answer::Taken { rejected: 1 };
    assert_eq!(deliver(vec![retry(), some(), retry(), some()]), [2, 1]);
}
