//! What anybody can reach: the headers of a client link, and decide nothing.

use axum::Router;
use axum::routing::get;
use spanweave::testing::{KeptSpans, TestTelemetry};
use spanweave::{Ctx, Keep, Telemetry};

use super::{forward, listen};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

async fn serve(telemetry: &Telemetry) -> String {
    let app = Router::new().route("/forward", get(forward));
    listen(app.layer(telemetry.http_layer().linked(true))).await
}

/// What is sent on by a request that brings all three headers.
async fn forwarded(url: &str) -> String {
    let request = reqwest::Client::new()
        .get(format!("{url}/forward"))
        .header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"))
        .header("tracestate", "congo=1")
        .header("baggage", "tenant=7");
    request.send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn nothing_of_the_clients_is_sent_on_and_the_ratio_decides() {
    let telemetry = Telemetry::builder().sampling_ratio(0.0).keep(Keep::nothing()).exporter(KeptSpans::new());
    let telemetry = telemetry.build().unwrap();
    let url = serve(&telemetry).await;
    let sent = forwarded(&url).await;
    let [traceparent] = sent.lines().collect::<Vec<_>>()[..] else { panic!("{sent}") };
    assert!(traceparent.starts_with("traceparent: 00-") && traceparent.ends_with("-00"), "{sent}");
    assert!(!traceparent.contains(TRACE));
}

#[tokio::test]
async fn the_span_of_the_client_is_a_link() {
    let telemetry = TestTelemetry::new();
    let url = serve(&telemetry).await;
    let sent = forwarded(&url).await;
    assert!(!sent.contains(TRACE) && !sent.contains("congo") && !sent.contains("tenant"), "{sent}");
    let unlinked = reqwest::get(format!("{url}/forward")).await.unwrap().text().await.unwrap();
    assert_eq!(unlinked.lines().count(), 1);

    let [linked, unlinked] = &telemetry.spans()[..] else { panic!("two requests") };
    let [link] = &linked.links[..] else { panic!("{:?}", linked.links) };
    assert_eq!(link.span_context.trace_id().to_string(), TRACE);
    assert!(link.span_context.is_remote());
    assert!(linked.parent_span_id == opentelemetry::SpanId::INVALID && !linked.parent_span_is_remote);
    assert!(unlinked.links.is_empty() && Ctx::current().is_none());
}
