//! A collector for tests: it listens for OTLP over HTTP, keeps what arrives, and answers as it is told to.

mod answer;
#[cfg(feature = "otlp-logs")]
mod logs;
mod request;
mod spans;
mod values;

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use opentelemetry_sdk::trace::SpanData;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use self::answer::Answer;
#[cfg(feature = "otlp-logs")]
pub use self::logs::ReceivedLogRecord;
pub use self::request::ReceivedRequest;
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

#[derive(Debug, Default)]
struct Shared {
    /// For the requests that come next, one each.
    next: Mutex<VecDeque<Answer>>,
    /// For the requests after them.
    standing: Mutex<Answer>,
    requests: Mutex<Vec<ReceivedRequest>>,
    accepted: Mutex<Vec<SpanData>>,
    #[cfg(feature = "otlp-logs")]
    accepted_logs: Mutex<Vec<ReceivedLogRecord>>,
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

    /// The URL for traces, `http://127.0.0.1:…/v1/traces`. Any other path is as good, but for one that ends in `/v1/logs`: with
    /// the feature `otlp-logs`, what is sent there are log records.
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

    /// The log records that were accepted so far.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use spanweave::testing::OtlpReceiver;
    /// use spanweave::{Otlp, Telemetry};
    /// use tracing_subscriber::layer::SubscriberExt;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let collector = OtlpReceiver::start()?;
    /// let telemetry = Telemetry::builder().otlp(Otlp::http(collector.url())).build()?;
    /// let logs = telemetry.logs().writer(std::io::sink()).otlp()?.layer()?;
    /// tracing::subscriber::with_default(tracing_subscriber::registry().with(logs), || {
    ///     telemetry.root("nightly").in_scope(|_| tracing::warn!(target: "jobs", rows = 3, "slow"));
    /// });
    /// assert!(telemetry.flush(Duration::from_secs(10)));
    /// let records = collector.log_records();
    /// assert_eq!((&*records[0].severity, &*records[0].target, &*records[0].body), ("warn", "jobs", "slow"));
    /// assert!(records[0].trace_id.is_some());
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "otlp-logs")]
    pub fn log_records(&self) -> Vec<ReceivedLogRecord> {
        self.shared.accepted_logs.lock().clone()
    }

    /// The spans that were accepted so far; forgets them, the log records, and the requests.
    pub fn take(&self) -> Vec<SpanData> {
        self.shared.requests.lock().clear();
        #[cfg(feature = "otlp-logs")]
        self.shared.accepted_logs.lock().clear();
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

async fn receive(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let Some(request) = ReceivedRequest::read(uri, headers, &body) else { return answer::malformed() };
    shared.requests.lock().push(request.clone());
    let next = shared.next.lock().pop_front();
    let answer = next.unwrap_or_else(|| shared.standing.lock().clone());
    answer.wait().await;
    shared.accepted.lock().extend(answer.accepted(request.spans));
    #[cfg(feature = "otlp-logs")]
    shared.accepted_logs.lock().extend(answer.accepted(request.log_records));
    answer.response()
}
