//! The export as a collector sees it: a real listener decodes what arrives.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as SpanStatus;
use prost::Message;

use crate::config::export_once;

#[derive(Clone, Default)]
struct Received(Arc<Mutex<Vec<(HeaderMap, ExportTraceServiceRequest)>>>);

/// An OTLP/HTTP collector that lets one token in.
async fn collector(received: Received) -> String {
    async fn ingest(State(received): State<Received>, headers: HeaderMap, body: Bytes) -> StatusCode {
        let request = ExportTraceServiceRequest::decode(body).unwrap();
        let allowed = headers.get("authorization").is_some_and(|token| token == "Bearer right");
        received.0.lock().unwrap().push((headers, request));
        if allowed { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
    }
    let app = Router::new().route("/v1/traces", post(ingest)).with_state(received);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/v1/traces")
}

async fn export_to(url: String, token: &'static str) -> std::process::Output {
    tokio::task::spawn_blocking(move || {
        export_once(&[
            ("OBS_TRACES_URL", &url),
            ("OBS_INGEST_TOKEN", token),
            ("OTEL_SERVICE_NAME", "greeter-of-the-test"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
        ])
    })
    .await
    .unwrap()
}

fn attribute(attributes: &[KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_arrive_with_their_resource_parents_status_and_attributes() {
    let received = Received::default();
    let url = collector(received.clone()).await;
    let output = export_to(url, "right").await;
    assert!(output.status.success(), "{output:?}");

    let received = received.0.lock().unwrap();
    let [(headers, request)] = &received[..] else { panic!("one export, not {}", received.len()) };
    assert_eq!(headers["authorization"], "Bearer right");
    assert_eq!(headers["content-type"], "application/x-protobuf");

    let [resource_spans] = &request.resource_spans[..] else { panic!("one resource") };
    let resource = &resource_spans.resource.as_ref().unwrap().attributes;
    assert_eq!(attribute(resource, "service.name").unwrap(), "greeter-of-the-test");
    assert_eq!(attribute(resource, "deployment.environment.name").unwrap(), "test");

    let spans: Vec<&Span> = resource_spans.scope_spans.iter().flat_map(|scope| &scope.spans).collect();
    let root = spans.iter().find(|span| span.name == "greeting").unwrap();
    let calls: Vec<_> = spans.iter().filter(|span| span.name == "Greeter.greet").collect();
    assert_eq!((spans.len(), calls.len()), (3, 2));
    assert!(root.parent_span_id.is_empty());
    assert!(root.trace_id.len() == 16 && root.trace_id.iter().any(|byte| *byte != 0));
    for call in &calls {
        assert_eq!((&call.trace_id, &call.parent_span_id), (&root.trace_id, &root.span_id));
        assert_eq!(call.kind, SpanKind::Internal as i32);
        assert!(root.start_time_unix_nano <= call.start_time_unix_nano);
        assert!(call.start_time_unix_nano <= call.end_time_unix_nano);
        assert!(call.end_time_unix_nano <= root.end_time_unix_nano);
        assert_eq!(attribute(&call.attributes, "code.function.name").unwrap(), "export_once::Greeter::greet");
    }
    let status = |span: &Span| span.status.as_ref().map_or(0, |status| status.code);
    assert_eq!(status(calls[0]), SpanStatus::Unset as i32);
    assert_eq!(attribute(&calls[0].attributes, "outcome").unwrap(), "ok");
    assert_eq!(status(calls[1]), SpanStatus::Error as i32);
    assert_eq!(attribute(&calls[1].attributes, "error.type").unwrap(), "str");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_token_does_not_disturb_the_application() {
    let received = Received::default();
    let url = collector(received.clone()).await;
    let output = export_to(url, "wrong").await;
    assert!(output.status.success(), "{output:?}");
    assert!(!received.0.lock().unwrap().is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("spans could not be exported") && said.contains("401"), "{said}");
    assert!(!said.contains("wrong"), "the token is not in the log: {said}");
}
