//! What threads leave behind: the slots and the memory of traces that end on threads which began none, in the destructors
//! of thread-locals, and after a crowd of threads has gone.

use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use spanweave::testing::KeptSpans;
use spanweave::{Ctx, Keep, Root, Telemetry, repo};

struct Repository;

#[repo]
impl Repository {
    #[expect(clippy::unused_self, reason = "it is called for its span")]
    pub async fn touch(&self) {}
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn touch() {
    assert!(poll(pin!(Repository.touch())).is_ready());
}

/// Is ready when polled for the second time.
async fn twice() {
    let mut polled = false;
    std::future::poll_fn(
        |_| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending },
    )
    .await;
}

/// Leaves every trace out in the end, but only then.
fn buffering() -> Telemetry {
    let keep = Keep::nothing().slower_than(Duration::from_hours(1));
    Telemetry::builder().sampling_ratio(0.0).keep(keep).exporter(KeptSpans::new()).build().unwrap()
}

fn sampling() -> Telemetry {
    Telemetry::builder().sampling_ratio(1.0).exporter(KeptSpans::new()).build().unwrap()
}

fn dropped(telemetry: &Telemetry) -> u64 {
    let metrics = telemetry.metrics_text();
    let lines = metrics.lines().filter(|line| line.starts_with("spanweave_spans_dropped_total{"));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

/// A trace of two spans on a thread of its own, which has nothing to recycle.
fn probe(telemetry: &Telemetry) {
    let root = telemetry.root("probe");
    thread::spawn(move || root.in_scope(|_| touch())).join().unwrap();
}

/// Begins traces here, with so many spans each, and ends them on another thread.
fn end_elsewhere(root: Root, traces: usize, spans: usize) {
    let begin = |_| {
        let mut trace = Box::pin(root.run(async move {
            (0..spans).for_each(|_| touch());
            twice().await;
        }));
        assert!(poll(trace.as_mut()).is_pending());
        trace
    };
    let traces: Vec<_> = (0..traces).map(begin).collect();
    let end = move || traces.into_iter().for_each(|mut trace| assert!(poll(trace.as_mut()).is_ready()));
    thread::spawn(end).join().unwrap();
}

/// 2,700 times 400 slots are more than there are.
#[test]
fn a_thread_that_ends_the_traces_of_others_gives_their_slots_back() {
    let telemetry = Telemetry::builder().keep(Keep::nothing()).sampling_ratio(0.0);
    let telemetry = telemetry.exporter(KeptSpans::new()).build().unwrap();
    let sampled = sampling();
    for _ in 0..2_700 {
        end_elsewhere(telemetry.root("moved"), 400, 0);
    }
    probe(&sampled);
    assert_eq!(dropped(&sampled), 0);
}

/// 300 times 256 buffers are more than 256 MiB.
#[test]
fn a_thread_that_ends_the_traces_of_others_gives_their_memory_back() {
    let (telemetry, sampled) = (buffering(), sampling());
    for _ in 0..300 {
        end_elsewhere(telemetry.root("moved"), 256, 65);
    }
    probe(&sampled);
    assert_eq!(dropped(&sampled), 0);
}

/// A root that runs when its thread has nothing left.
struct AtEnd(Cell<Option<Root>>);

impl Drop for AtEnd {
    fn drop(&mut self) {
        if let Some(root) = self.0.get() {
            nest(root, 100);
        }
    }
}

thread_local! {
    static AT_END: AtEnd = const { AtEnd(Cell::new(None)) };
}

fn nest(root: Root, depth: u32) {
    root.in_scope(|_| {
        (0..65).for_each(|_| touch());
        if depth > 0 {
            nest(root, depth - 1);
        }
    });
}

#[test]
fn traces_in_destructors_of_a_thread_leave_nothing() {
    let (telemetry, sampled) = (buffering(), sampling());
    let root = telemetry.root("at the end");
    for _ in 0..600 {
        let begin = move || {
            AT_END.with(|at_end| at_end.0.set(Some(root)));
            root.in_scope(|_| ());
        };
        thread::spawn(begin).join().unwrap();
    }
    probe(&sampled);
    assert_eq!(dropped(&sampled), 0);
}

/// Every one of these has kept what its busiest moment took.
#[test]
fn threads_that_have_nothing_to_do_leave_room_for_others() {
    let (telemetry, sampled) = (buffering(), sampling());
    let idle: Vec<(Sender<()>, thread::JoinHandle<()>)> = (0..80)
        .map(|_| {
            let (root, (end, ended)) = (telemetry.root("busy"), channel::<()>());
            let (busy, was_busy) = channel();
            let thread = thread::spawn(move || {
                let begin = |_| {
                    let mut trace = Box::pin(root.run(async {
                        for value in 0..65 {
                            Ctx::current().set("value", value);
                            touch();
                        }
                        twice().await;
                    }));
                    assert!(poll(trace.as_mut()).is_pending());
                    trace
                };
                let traces: Vec<_> = (0..256).map(begin).collect();
                for mut trace in traces {
                    assert!(poll(trace.as_mut()).is_ready());
                }
                busy.send(()).unwrap();
                let _disconnected = ended.recv();
            });
            was_busy.recv().unwrap();
            (end, thread)
        })
        .collect();
    probe(&sampled);
    assert_eq!(dropped(&sampled), 0);
    for (end, thread) in idle {
        drop(end);
        thread.join().unwrap();
    }
}

/// Exports nothing until it is let go.
#[derive(Clone, Debug)]
struct Held(Arc<Mutex<Receiver<()>>>);

impl SpanExporter for Held {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        let _let_go = self.0.lock().unwrap().recv();
        Ok(())
    }
}

/// An outbox has room for 65,536 spans: for these, if each thread has one of its own.
#[test]
fn after_a_crowd_of_threads_each_of_a_few_has_an_outbox_of_its_own() {
    let (let_go, held) = channel();
    let exporter = Held(Arc::new(Mutex::new(held)));
    let telemetry = Telemetry::builder().sampling_ratio(1.0).exporter(exporter).build().unwrap();
    let root = telemetry.root("root");
    // The last of them ends last, with the highest number there was.
    let crowd: Vec<(Sender<()>, thread::JoinHandle<()>)> = (0..200)
        .map(|_| {
            let ((end, ended), (begun, has_begun)) = (channel::<()>(), channel());
            let thread = thread::spawn(move || {
                root.in_scope(|_| ());
                begun.send(()).unwrap();
                let _disconnected = ended.recv();
            });
            has_begun.recv().unwrap();
            (end, thread)
        })
        .collect();
    for (end, thread) in crowd {
        drop(end);
        thread.join().unwrap();
    }
    let all_have_begun = Barrier::new(20);
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                root.in_scope(|_| ());
                all_have_begun.wait();
                (0..10_000).for_each(|_| root.in_scope(|_| ()));
                all_have_begun.wait();
            });
        }
    });
    assert_eq!(dropped(&telemetry), 0);
    drop(let_go);
}
