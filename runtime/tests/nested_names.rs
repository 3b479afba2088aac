//! How many names spans of other crates have; the only test of its process, as names are kept for its life.
#![allow(missing_docs, reason = "a test")]

use spanweave::logs::{LevelFilter, Targets};
use spanweave::testing::TestTelemetry;
use tracing::info_span;
use tracing_subscriber::layer::SubscriberExt;

#[test]
fn names_of_other_crates_are_bounded_in_number_and_length() {
    let telemetry = TestTelemetry::new();
    let spans = Targets::new().with_target("library", LevelFilter::INFO);
    let nesting = telemetry.logs().writer(std::io::sink()).spans(spans).span_fields(true).layer().unwrap();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(nesting));
    telemetry.root("work").in_scope(|_| {
        drop(info_span!(target: "library", "long", otel.name = "é".repeat(1_000)));
        for number in 0..2_000 {
            drop(info_span!(target: "library", "numbered", otel.name = format!("number {number}")));
        }
    });
    let spans = telemetry.spans();
    assert_eq!(spans.len(), 2_002);
    assert!(spans.iter().any(|span| span.name == "é".repeat(64)));
    assert_eq!(spans.iter().filter(|span| span.name.starts_with("number ")).count(), 1_023);
    assert_eq!(spans.iter().filter(|span| span.name == "other").count(), 977);
}
