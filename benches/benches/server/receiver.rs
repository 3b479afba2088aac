//! Where a server exports to: an OTLP/HTTP endpoint that counts the spans and answers 200.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use bytes::Bytes;
use prost::Message;
use tokio::net::TcpListener;

/// The request of the protocol, as far as spans must be understood to be counted: they stay bytes, which takes next to
/// nothing of the cores.
#[derive(Message)]
struct ExportRequest {
    #[prost(message, repeated, tag = "1")]
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Message)]
struct ResourceSpans {
    #[prost(message, repeated, tag = "2")]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Message)]
struct ScopeSpans {
    #[prost(bytes = "bytes", repeated, tag = "2")]
    spans: Vec<Bytes>,
}

impl ExportRequest {
    fn spans(&self) -> usize {
        self.resource_spans
            .iter()
            .flat_map(|resource| &resource.scope_spans)
            .map(|scope| scope.spans.len())
            .sum()
    }
}

/// What has arrived so far.
#[derive(Default)]
pub struct Received {
    pub spans: AtomicU64,
    pub bytes: AtomicU64,
    pub batches: AtomicU64,
}

pub struct Receiver {
    pub url: String,
    pub received: Arc<Received>,
}

impl Receiver {
    /// Serves on the current runtime, for as long as that lives.
    pub async fn start() -> Receiver {
        let received = Arc::<Received>::default();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("there is a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let router = Router::new().route("/v1/traces", post(receive)).with_state(received.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        Receiver { url: format!("http://{address}/v1/traces"), received }
    }
}

async fn receive(State(received): State<Arc<Received>>, body: Bytes) -> StatusCode {
    let bytes = body.len() as u64;
    let Ok(request) = ExportRequest::decode(body) else { return StatusCode::BAD_REQUEST };
    received.spans.fetch_add(request.spans() as u64, Ordering::Relaxed);
    received.bytes.fetch_add(bytes, Ordering::Relaxed);
    received.batches.fetch_add(1, Ordering::Relaxed);
    StatusCode::OK
}
