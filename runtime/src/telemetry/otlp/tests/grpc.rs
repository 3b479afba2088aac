//! The export over gRPC.

use std::future::pending;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use futures_util::future::select;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::{LONG, attempts, counts, make_trace, target, telemetry};
use crate::telemetry::otlp::{OtlpTarget, Protocol};

/// A collector that answers with one status after the other, and then takes what comes, but for one span of each batch.
#[derive(Clone)]
struct Told {
    /// The last one first.
    statuses: Arc<Mutex<Vec<Status>>>,
    /// It never answers.
    holds: bool,
    asked: Sender<Option<String>>,
}

#[tonic::async_trait]
impl TraceService for Told {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let token = request.metadata().get("authorization").and_then(|token| token.to_str().ok());
        self.asked.send(token.map(str::to_owned)).unwrap();
        if self.holds {
            pending::<()>().await;
        }
        if let Some(status) = self.statuses.lock().pop() {
            return Err(status);
        }
        let partial = ExportTracePartialSuccess { rejected_spans: 1, error_message: String::new() };
        Ok(Response::new(ExportTraceServiceResponse { partial_success: Some(partial) }))
    }
}

/// A collector on a thread of its own, which ends with the process unless it is ended before.
struct Running {
    address: SocketAddr,
    end: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Running {
    fn start(told: Told, address: SocketAddr) -> Running {
        let ((ready, bound), (end, ended)) = (channel(), oneshot::channel());
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let incoming = TcpIncoming::bind(address).unwrap();
                ready.send(incoming.local_addr().unwrap()).unwrap();
                let service = TraceServiceServer::new(told);
                #[cfg(feature = "gzip")]
                let service = service.accept_compressed(tonic::codec::CompressionEncoding::Gzip);
                let serving = Server::builder().add_service(service).serve_with_incoming(incoming);
                let ended = async {
                    if ended.await.is_err() {
                        pending::<()>().await;
                    }
                };
                select(pin!(serving), pin!(ended)).await;
            });
        });
        Running { address: bound.recv_timeout(LONG).unwrap(), end, thread }
    }

    /// Ends it in the middle of whatever it does.
    fn end(self) {
        self.end.send(()).unwrap();
        self.thread.join().unwrap();
    }
}

/// Starts a collector; answers with its address.
fn start(codes: &[Code]) -> (String, Receiver<Option<String>>) {
    start_with(codes.iter().map(|code| Status::new(*code, "told so")).collect())
}

fn start_with(mut statuses: Vec<Status>) -> (String, Receiver<Option<String>>) {
    let (asked, tokens) = channel();
    statuses.reverse();
    let statuses = Arc::new(Mutex::new(statuses));
    let running = Running::start(Told { statuses, holds: false, asked }, "127.0.0.1:0".parse().unwrap());
    (format!("http://{}", running.address), tokens)
}

fn over_grpc(url: String) -> OtlpTarget {
    OtlpTarget { protocol: Protocol::Grpc, gzip: cfg!(feature = "gzip"), ..target(url) }
}

#[test]
fn a_batch_is_tried_until_it_is_taken() {
    let (url, tokens) = start(&[Code::Unavailable, Code::Aborted]);
    let telemetry = telemetry(over_grpc(url));
    make_trace(&telemetry, 3);
    assert!(telemetry.flush(LONG));
    let expected =
        [r#"exported_total{exporter="otlp"} 2"#, r#"dropped_total{reason="rejected",exporter="otlp"} 1"#];
    assert_eq!(counts(&telemetry), expected);
    let tokens: Vec<_> = tokens.try_iter().flatten().collect();
    assert_eq!(tokens, ["Bearer secret"; 3]);
}

#[test]
fn a_batch_on_a_connection_that_breaks_off_is_tried_again() {
    let (asked, tokens) = channel();
    let told = Told { statuses: Arc::default(), holds: true, asked };
    let first = Running::start(told.clone(), "127.0.0.1:0".parse().unwrap());
    let address = first.address;
    let telemetry = telemetry(over_grpc(format!("http://{address}")));
    make_trace(&telemetry, 3);
    tokens.recv_timeout(LONG).unwrap();
    first.end();
    let _second = Running::start(Told { holds: false, ..told }, address);
    assert!(telemetry.flush(LONG));
    let expected =
        [r#"exported_total{exporter="otlp"} 2"#, r#"dropped_total{reason="rejected",exporter="otlp"} 1"#];
    assert_eq!(counts(&telemetry), expected);
}

#[test]
fn a_batch_that_is_refused_is_not_tried_again() {
    for code in [Code::InvalidArgument, Code::Unauthenticated, Code::PermissionDenied] {
        let (url, _tokens) = start(&[code]);
        let telemetry = telemetry(over_grpc(url));
        make_trace(&telemetry, 2);
        assert!(telemetry.flush(LONG));
        assert_eq!(counts(&telemetry), [r#"dropped_total{reason="refused",exporter="otlp"} 2"#], "{code}");
    }
}

#[test]
fn what_is_exhausted_is_waited_for_where_the_collector_says_how_long() {
    let delay = Duration::from_millis(200);
    let details = ErrorDetails::with_retry_info(Some(delay));
    let later = Status::with_error_details(Code::ResourceExhausted, "told so", details);
    let never = Status::new(Code::ResourceExhausted, "told so");
    let (url, _tokens) = start_with(vec![later, never]);
    let telemetry = telemetry(over_grpc(url));
    make_trace(&telemetry, 2);
    let asked = Instant::now();
    assert!(telemetry.flush(LONG));
    assert!(asked.elapsed() >= delay);
    assert_eq!(counts(&telemetry), [r#"dropped_total{reason="refused",exporter="otlp"} 2"#]);
    assert_eq!([attempts(&telemetry, "retry"), attempts(&telemetry, "refused")], ["1", "1"]);
}

#[test]
fn a_collector_that_is_not_there_is_waited_for_until_the_end() {
    let telemetry = telemetry(over_grpc("http://127.0.0.1:1".to_owned()));
    make_trace(&telemetry, 2);
    assert!(!telemetry.shutdown(Duration::from_millis(200)));
    assert_eq!(counts(&telemetry), [r#"dropped_total{reason="unanswered",exporter="otlp"} 2"#]);
}
