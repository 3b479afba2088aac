//! A collector for tests: it listens for OTLP over HTTP, keeps what arrives, and answers as it is told to.

mod answer;
mod spans;

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use http::HeaderMap;
use opentelemetry::KeyValue;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_sdk::trace::SpanData;
use parking_lot::Mutex;
use prost::Message;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use self::answer::Answer;
use super::{Recorded, span_tree};

/// The largest request that is read, before and after decompression.
const MAX_BODY: usize = 64 << 20;

/// A collector that listens on a free port of this machine, on a thread of its own, for as long as it is there.
///
/// What it has answered with a success counts as arrived. In a test it takes the place of the real one:
///
/// ```
/// use std::time::Duration;
///
/// use spanweave::testing::OtlpReceiver;
/// use spanweave::{Otlp, Telemetry};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # #[cfg(feature = "otlp")] {
/// let collector = OtlpReceiver::start()?;
/// let otlp = Otlp::http(collector.url()).bearer_token("any");
/// let telemetry = Telemetry::builder().sampling_ratio(1.0).otlp(otlp).build()?;
/// telemetry.root("nightly").in_scope(|_| {});
/// assert!(telemetry.flush(Duration::from_secs(10)));
/// assert_eq!(collector.span_tree(), "nightly\n");
/// assert_eq!(collector.requests()[0].headers["authorization"], "Bearer any");
/// # } Ok(()) }
/// ```
#[derive(Debug)]
pub struct OtlpReceiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

/// A request that an [`OtlpReceiver`] has read, whatever it answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// When it was read.
    pub received_at: Instant,
    /// The headers as they came.
    pub headers: HeaderMap,
    /// Attributes of the resource that sent it, `service.name` among them.
    pub resource: Vec<KeyValue>,
    /// The spans in it.
    pub spans: Vec<SpanData>,
}

#[derive(Debug, Default)]
struct Shared {
    /// For the requests that come next, one each.
    next: Mutex<VecDeque<Answer>>,
    /// For the requests after them.
    standing: Mutex<Answer>,
    requests: Mutex<Vec<ReceivedRequest>>,
    accepted: Mutex<Vec<SpanData>>,
}

impl OtlpReceiver {
    /// Listens on a free port, and accepts everything.
    ///
    /// # Errors
    /// When no port is free, or no thread can be started.
    pub fn start() -> io::Result<OtlpReceiver> {
        OtlpReceiver::start_at((Ipv4Addr::LOCALHOST, 0).into())
    }

    /// Listens at an address: that of a receiver that was dropped, to be back again.
    ///
    /// # Errors
    /// When the address is in use, or no thread can be started.
    pub fn start_at(address: SocketAddr) -> io::Result<OtlpReceiver> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _within = runtime.enter();
            let listener = std::net::TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            TcpListener::from_std(listener)?
        };
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let app = Router::new()
            .fallback(receive)
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel();
        let serve = async {
            tokio::select! {
                _never = axum::serve(listener, app) => {}
                _dropped = stopped => {}
            }
        };
        let thread = thread::Builder::new().name("otlp-receiver".into());
        // With the runtime go its connections, those that were not answered, too.
        let server = thread.spawn(move || runtime.block_on(serve))?;
        Ok(OtlpReceiver { address, shared, server: Some((stop, server)) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for traces, `http://127.0.0.1:…/v1/traces`. Any other path is as good.
    pub fn url(&self) -> String {
        format!("http://{}/v1/traces", self.address)
    }

    /// Answers so from now on.
    pub fn answer(&self, answer: Answer) {
        *self.shared.standing.lock() = answer;
    }

    /// Answers the next requests so, one after the other, before what [`answer`](OtlpReceiver::answer) says.
    pub fn answer_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.next.lock().extend(answers);
    }

    /// Every request that was read so far, in the order of their arrival, also those that were refused.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.shared.requests.lock().clone()
    }

    /// The spans that were accepted so far.
    pub fn spans(&self) -> Vec<SpanData> {
        self.shared.accepted.lock().clone()
    }

    /// How many spans were accepted so far.
    pub fn span_count(&self) -> usize {
        self.shared.accepted.lock().len()
    }

    /// The spans that were accepted so far; forgets them, and the requests.
    pub fn take(&self) -> Vec<SpanData> {
        self.shared.requests.lock().clear();
        std::mem::take(&mut *self.shared.accepted.lock())
    }

    /// Stops listening, and returns what was accepted and not [taken](OtlpReceiver::take).
    #[must_use]
    pub fn stop(mut self) -> Vec<SpanData> {
        self.end();
        self.take()
    }

    fn end(&mut self) {
        if let Some((stop, server)) = self.server.take() {
            let _already_ended = stop.send(());
            let _panicked = server.join();
        }
    }

    /// The traces that were accepted so far, as indented text.
    pub fn span_tree(&self) -> String {
        span_tree(&self.spans(), &[])
    }
}

impl Drop for OtlpReceiver {
    fn drop(&mut self) {
        self.end();
    }
}

impl Recorded for OtlpReceiver {
    fn recorded(&self) -> Vec<SpanData> {
        self.spans()
    }
}

async fn receive(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(request) = decode(&headers, &body) else { return answer::malformed() };
    let resource = spans::resource_of(&request);
    let spans = spans::of_request(request);
    shared.requests.lock().push(ReceivedRequest {
        received_at: Instant::now(),
        headers,
        resource,
        spans: spans.clone(),
    });
    let next = shared.next.lock().pop_front();
    let answer = next.unwrap_or_else(|| shared.standing.lock().clone());
    let accepted = answer.wait(spans).await;
    shared.accepted.lock().extend(accepted);
    answer.response()
}

fn decode(headers: &HeaderMap, body: &[u8]) -> Option<ExportTraceServiceRequest> {
    let body = match headers.get(http::header::CONTENT_ENCODING) {
        None => body.to_vec(),
        Some(encoding) if encoding == "gzip" => unzipped(body)?,
        Some(_) => return None,
    };
    ExportTraceServiceRequest::decode(&*body).ok()
}

fn unzipped(body: &[u8]) -> Option<Vec<u8>> {
    use std::io::Read;

    let mut unzipped = Vec::new();
    let most = MAX_BODY as u64;
    flate2::read::GzDecoder::new(body).take(most).read_to_end(&mut unzipped).ok()?;
    Some(unzipped)
}
