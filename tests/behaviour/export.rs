//! The exporter's thread under bad conditions: what it was given is exported or counted, and whoever waits gets an
//! honest answer in time.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use spanweave::Telemetry;

use crate::app::TaskRepository;

pub const LONG: Duration = Duration::from_secs(30);

/// What an exporter does with a batch.
#[derive(Clone, Copy, Debug)]
enum Behaviour {
    Takes,
    TakesItsTime,
    Refuses,
    Panics,
    Hangs,
}

#[derive(Clone, Debug)]
struct Exporter {
    behaviour: Behaviour,
    taken: Arc<AtomicUsize>,
    released: Arc<AtomicBool>,
}

impl Exporter {
    fn new(behaviour: Behaviour) -> Exporter {
        Exporter { behaviour, taken: Arc::default(), released: Arc::default() }
    }

    fn telemetry(&self) -> Telemetry {
        Telemetry::builder().sampling_ratio(1.0).exporter(self.clone()).build().unwrap()
    }
}

impl SpanExporter for Exporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        match self.behaviour {
            Behaviour::Takes => {}
            Behaviour::TakesItsTime => std::thread::sleep(Duration::from_millis(2)),
            Behaviour::Refuses => return Err(OTelSdkError::InternalFailure("refused".to_owned())),
            Behaviour::Panics => panic!("on purpose"),
            Behaviour::Hangs => {
                while !self.released.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        }
        self.taken.fetch_add(batch.len(), Ordering::Relaxed);
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        if matches!(self.behaviour, Behaviour::Panics) { panic!("on purpose") } else { Ok(()) }
    }
}

pub fn make_traces(telemetry: &Telemetry, traces: usize) {
    let root = telemetry.root("work");
    for _ in 0..traces {
        root.in_scope(|_| {});
    }
}

/// The value of a counter with its labels.
pub fn counter(telemetry: &Telemetry, series: &str) -> usize {
    let metrics = telemetry.metrics_text();
    let line = metrics.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')).unwrap();
    line.parse().unwrap()
}

/// The spans that were dropped for a reason on the way to an exporter.
pub fn of(telemetry: &Telemetry, reason: &str, exporter: &str) -> usize {
    let labels = format!(r#"{{reason="{reason}",exporter="{exporter}"}}"#);
    counter(telemetry, &format!("spanweave_spans_dropped_total{labels}"))
}

/// All spans that were dropped, where there is one exporter.
pub fn dropped(telemetry: &Telemetry) -> usize {
    let metrics = telemetry.metrics_text();
    let counts = metrics.lines().filter(|line| line.starts_with("spanweave_spans_dropped_total{"));
    counts.map(|line| line.rsplit_once(' ').unwrap().1.parse::<usize>().unwrap()).sum()
}

#[test]
fn what_is_refused_or_panics_is_counted() {
    for behaviour in [Behaviour::Refuses, Behaviour::Panics] {
        let telemetry = Exporter::new(behaviour).telemetry();
        make_traces(&telemetry, 10);
        assert!(telemetry.flush(LONG));
        assert_eq!(
            counter(&telemetry, r#"spanweave_spans_dropped_total{reason="refused",exporter="Exporter"}"#),
            10
        );
        make_traces(&telemetry, 5);
        assert!(telemetry.shutdown(LONG), "{behaviour:?}");
        assert_eq!(
            (
                counter(&telemetry, r#"spanweave_spans_exported_total{exporter="Exporter"}"#),
                dropped(&telemetry)
            ),
            (0, 15)
        );
    }
}

#[test]
fn a_hanging_exporter_holds_nobody_up() {
    let hanging = Exporter::new(Behaviour::Hangs);
    let telemetry = hanging.telemetry();
    make_traces(&telemetry, 100_000);
    assert!(!telemetry.flush(Duration::from_millis(50)));
    assert!(!telemetry.shutdown(Duration::from_millis(50)));
    make_traces(&telemetry, 7);
    let lost = dropped(&telemetry);
    assert!(lost >= 7, "{lost}");
    hanging.released.store(true, Ordering::Relaxed);
    // Asked again, it waits until the thread has come to its end.
    assert!(telemetry.shutdown(LONG));
    let exported = counter(&telemetry, r#"spanweave_spans_exported_total{exporter="Exporter"}"#);
    assert_eq!(exported + dropped(&telemetry), 100_007);
    assert_eq!(exported, hanging.taken.load(Ordering::Relaxed));
}

#[test]
fn a_hanging_exporter_holds_no_other_up() {
    let [hanging, other] = [Behaviour::Hangs, Behaviour::Takes].map(Exporter::new);
    let builder = Telemetry::builder().sampling_ratio(1.0).queue_bytes(1 << 20);
    let telemetry = builder.exporter(hanging.clone()).exporter(other.clone()).build().unwrap();
    for _ in 0..50 {
        make_traces(&telemetry, 1_000);
        assert!(!telemetry.flush(Duration::from_millis(1)));
    }
    // The other one has them all while the first has none; where the machine is slow, it has lost some, too.
    let pushed_out = |exporter| of(&telemetry, "queue_full", exporter);
    while other.taken.load(Ordering::Relaxed) + pushed_out("Exporter_2") < 50_000 {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(pushed_out("Exporter") > 0 && hanging.taken.load(Ordering::Relaxed) == 0);
    hanging.released.store(true, Ordering::Relaxed);
    assert!(telemetry.shutdown(LONG));
    let exported = counter(&telemetry, r#"spanweave_spans_exported_total{exporter="Exporter"}"#);
    assert_eq!(exported, hanging.taken.load(Ordering::Relaxed));
    assert_eq!(exported + pushed_out("Exporter"), 50_000);
    let exported = counter(&telemetry, r#"spanweave_spans_exported_total{exporter="Exporter_2"}"#);
    assert_eq!(exported, other.taken.load(Ordering::Relaxed));
}

#[test]
fn what_there_was_no_time_for_is_counted_and_said() {
    let hanging = Exporter::new(Behaviour::Hangs);
    let telemetry = hanging.telemetry();
    make_traces(&telemetry, 2_000);
    let log = crate::log::of(|| assert!(!telemetry.shutdown(Duration::from_millis(50))));
    assert!(log.contains("WARN") && log.contains("spans were not exported before the end spans="), "{log}");
    hanging.released.store(true, Ordering::Relaxed);
    let exported = || counter(&telemetry, r#"spanweave_spans_exported_total{exporter="Exporter"}"#);
    while exported() + dropped(&telemetry) < 2_000 {
        std::thread::sleep(Duration::from_millis(1));
    }
    // What was under way arrived, late as it was.
    assert_eq!(exported(), hanging.taken.load(Ordering::Relaxed));
    assert_eq!(of(&telemetry, "shut_down", "Exporter"), 2_000 - exported());
    assert!(telemetry.shutdown(LONG), "nothing is left to wait for");
}

/// Has a clone of its own handle, and drops it when it is told to.
#[derive(Debug)]
struct Owner {
    telemetry: Arc<Mutex<Option<Telemetry>>>,
    released: Arc<AtomicBool>,
    ended: Sender<()>,
}

impl SpanExporter for Owner {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        while !self.released.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        drop(self.telemetry.lock().unwrap().take());
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.ended.send(()).unwrap();
        Ok(())
    }
}

#[test]
fn a_handle_that_is_dropped_by_its_exporter_ends_at_once() {
    let (ended, end) = channel();
    let owner = Owner { telemetry: Arc::default(), released: Arc::default(), ended };
    let (slot, released) = (Arc::clone(&owner.telemetry), Arc::clone(&owner.released));
    let builder = Telemetry::builder().sampling_ratio(1.0).export_interval(Duration::from_hours(1));
    let telemetry = builder.exporter(owner).build().unwrap();
    *slot.lock().unwrap() = Some(telemetry.clone());
    make_traces(&telemetry, 1);
    assert!(!telemetry.flush(Duration::from_millis(1)));
    drop(telemetry);
    released.store(true, Ordering::Relaxed);
    end.recv_timeout(LONG).expect("it does not wait for the next collection");
}

#[test]
fn a_flush_ends_under_steady_traffic() {
    let telemetry = Exporter::new(Behaviour::TakesItsTime).telemetry();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                make_traces(&telemetry, 100);
            }
        });
        for _ in 0..3 {
            assert!(telemetry.flush(LONG));
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn nothing_is_lost_uncounted_while_a_handle_shuts_down() {
    for _ in 0..40 {
        let sink = Exporter::new(Behaviour::Takes);
        let telemetry = sink.telemetry();
        let made = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        make_traces(&telemetry, 10);
                        made.fetch_add(10, Ordering::Relaxed);
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(2));
            let asked = [(); 2].map(|()| scope.spawn(|| telemetry.shutdown(LONG)));
            assert!(asked.map(|asked| asked.join().unwrap()).iter().all(|answered| *answered));
            stop.store(true, Ordering::Relaxed);
        });
        let exported = counter(&telemetry, r#"spanweave_spans_exported_total{exporter="Exporter"}"#);
        assert_eq!(exported, sink.taken.load(Ordering::Relaxed));
        assert_eq!(exported + dropped(&telemetry), made.load(Ordering::Relaxed));
    }
}

#[tokio::test]
async fn a_long_trace_keeps_its_bound_and_counts_the_rest() {
    let telemetry = Exporter::new(Behaviour::Takes).telemetry();
    let tasks = TaskRepository;
    let root = telemetry.root("long").run(async {
        for _ in 0..25_000 {
            tasks.for_residences(&[]).await.unwrap();
        }
    });
    root.await;
    assert!(telemetry.flush(LONG));
    assert_eq!(counter(&telemetry, r#"spanweave_spans_exported_total{exporter="Exporter"}"#), 20_001);
    assert_eq!(
        counter(&telemetry, r#"spanweave_spans_dropped_total{reason="trace_too_long",exporter="all"}"#),
        5_000
    );
}
