//! Traces that wait to be kept, more than there is memory for. In a process of its own, whose memory is measured.
#![cfg(target_os = "linux")]

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use spanweave::testing::{KeptSpans, span_tree};
use spanweave::{Ctx, Keep, Telemetry, repo};

const TRACES: usize = 2_000;
const CALLS: usize = 300;
/// Each call says so many bytes: all together, 600 MB without their spans.
const TEXT: usize = 1_000;
/// What the spans and notes of open traces may take; see `docs/telemetry.md`.
const BOUND: u64 = 256 << 20;

struct Uploads {
    text: String,
}

#[repo]
impl Uploads {
    pub async fn store(&self, good: bool) -> Result<(), &'static str> {
        Ctx::current().set("text", &self.text);
        if good { Ok(()) } else { Err("bad") }
    }
}

fn poll(future: Pin<&mut impl Future>) -> bool {
    future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

fn resident_bytes(telemetry: &Telemetry) -> u64 {
    let metrics = telemetry.metrics_text();
    let line = metrics.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
    line.unwrap().parse().unwrap()
}

fn calls(telemetry: &Telemetry) -> u64 {
    telemetry.methods().iter().map(|method| method.calls).sum()
}

#[test]
fn traces_that_wait_to_be_kept_take_no_more_than_they_may() {
    let kept = KeptSpans::new();
    let builder = Telemetry::builder().sampling_ratio(0.0).keep(Keep::nothing().errors(1.0));
    let telemetry = builder.exporter(kept.clone()).build().unwrap();
    let uploads = Uploads { text: "x".repeat(TEXT) };
    let closing = AtomicBool::new(false);
    let before = resident_bytes(&telemetry);
    let mut open: Vec<_> = (0..TRACES)
        .map(|_| {
            let root = telemetry.root("open").run(async {
                for _ in 0..CALLS {
                    uploads.store(true).await.unwrap();
                }
                std::future::poll_fn(|_| if closing.load(Relaxed) { Poll::Ready(()) } else { Poll::Pending })
                    .await;
            });
            Box::pin(root)
        })
        .collect();
    assert!(open.iter_mut().all(|root| !poll(root.as_mut())), "they are open");
    let grown = resident_bytes(&telemetry).saturating_sub(before);
    assert!((BOUND / 2..BOUND * 5 / 4).contains(&grown), "{} MiB more", grown >> 20);
    assert_eq!(calls(&telemetry), (TRACES * CALLS) as u64, "metrics see every call");

    closing.store(true, Relaxed);
    assert!(open.iter_mut().all(|root| poll(root.as_mut())), "they have ended");
    let failed = telemetry.root("failed").run(uploads.store(false));
    assert!(poll(Box::pin(failed).as_mut()));
    assert!(telemetry.flush(Duration::from_secs(30)));
    assert_eq!(span_tree(&kept.spans(), &[]), "failed\n  Uploads.store [error: str]\n");
    assert_eq!(calls(&telemetry), (TRACES * CALLS + 1) as u64);
}
