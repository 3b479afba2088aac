//! A page with something of everything, as it is scraped.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use apalis_core::backend::memory::MemoryStorage;
use apalis_core::error::BoxDynError;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use axum::Router;
use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{Extensions, StatusCode};
use axum::routing::get;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use reqwest_middleware::ClientBuilder;
use spanweave::http_client::TraceMiddleware;
use spanweave::job::TracedSink;
use spanweave::testing::KeptSpans;
use spanweave::{Telemetry, traced, traced_service};

#[derive(Clone)]
struct Tasks {
    waiting: usize,
}

#[derive(Debug)]
struct Refused;

#[traced_service]
impl Tasks {
    pub async fn list(&self) -> usize {
        self.waiting
    }

    pub async fn refuse(&self) -> Result<(), Refused> {
        if self.waiting > 0 { Err(Refused) } else { Ok(()) }
    }

    pub async fn never(&self) -> usize {
        self.waiting
    }
}

/// A label that has to be escaped, and looks like an exemplar.
#[traced(
    metric = "upload_duration_seconds",
    counter(upload_bytes_total = size),
    labels(bucket = "a\\b\" # {c=\"d\n")
)]
fn upload(size: usize) -> usize {
    size
}

async fn list(State(tasks): State<Tasks>) -> String {
    upload(512);
    tasks.list().await.to_string()
}

async fn refuse(State(tasks): State<Tasks>) -> StatusCode {
    tasks.refuse().await.map_or(StatusCode::BAD_GATEWAY, |()| StatusCode::OK)
}

/// Nobody asks for it.
async fn never(State(tasks): State<Tasks>) -> String {
    tasks.never().await.to_string()
}

/// What the application counts itself, with one name that is taken, and one source that breaks.
fn register_sources(telemetry: &Telemetry) {
    let mut registry = Registry::with_prefix("honeydue");
    let uploads = Counter::<u64>::default();
    uploads.inc();
    registry.register("uploads", "Uploads that were accepted", uploads);
    telemetry.register(Arc::new(Mutex::new(registry)));

    let of_prometheus = prometheus::Registry::new();
    let taken = prometheus::IntCounter::new("method_calls_total", "Not ours.").unwrap();
    let sizes = prometheus::HistogramOpts::new("upload_size_bytes", "Of uploads.").buckets(vec![1.0, 1e6]);
    let sizes = prometheus::Histogram::with_opts(sizes).unwrap();
    sizes.observe(2.0);
    of_prometheus.register(Box::new(taken)).unwrap();
    of_prometheus.register(Box::new(sizes)).unwrap();
    telemetry.register(of_prometheus);
    telemetry.register(Mutex::new(Broken));
}

struct Broken;

impl spanweave::MetricsSource for Broken {
    fn openmetrics(&self) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        panic!("this source is broken");
    }
}

async fn remind(user: u32, worker: WorkerContext) -> Result<(), BoxDynError> {
    if user == 0 { Ok(worker.stop()?) } else { Err("nobody is there".into()) }
}

/// Runs a job that fails, and one that was tried before.
async fn work(telemetry: &Telemetry) {
    let mut jobs = MemoryStorage::<u32>::new();
    jobs.push_traced_as("remind", 7_u32).await.unwrap();
    jobs.push_traced_as("remind", TaskBuilder::new(0_u32).attempt(1).build()).await.unwrap();
    let layer = telemetry.job_layer().task_type("remind");
    WorkerBuilder::new("worker").backend(jobs).layer(layer).build(remind).run().await.unwrap();
}

/// Sends a request twice, as what retries does.
async fn send(telemetry: &Telemetry, url: &str) {
    let client = ClientBuilder::new(reqwest::Client::new()).with(TraceMiddleware::new()).build();
    let mut extensions = Extensions::new();
    for _ in 0..2 {
        let request = client.get(format!("{url}/tasks/1")).build().unwrap();
        let sent = client.execute_with_extensions(request, &mut extensions);
        telemetry.root("send").try_run(sent).await.unwrap();
    }
}

/// Serves some requests, sends some, runs some jobs, and scrapes with each of these `Accept` headers.
pub async fn scraped<const N: usize>(accept: [&str; N]) -> [String; N] {
    let kept = KeptSpans::new();
    // Only what flushes exports, and so does it once.
    let builder = Telemetry::builder().export_interval(Duration::from_hours(1));
    let telemetry = builder.service_name("page").sampling_ratio(1.0).exporter(kept).build().unwrap();
    register_sources(&telemetry);
    let app = Router::new()
        .route("/tasks/{id}", get(list))
        .route("/refuse", get(refuse))
        .route("/never", get(never))
        .merge(telemetry.routes())
        .layer(telemetry.http_layer())
        .with_state(Tasks { waiting: 2 });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = reqwest::Client::new();
    for path in ["/tasks/1", "/tasks/2", "/refuse"] {
        client.get(format!("{url}{path}")).send().await.unwrap();
    }
    send(&telemetry, &url).await;
    work(&telemetry).await;
    assert!(telemetry.flush(Duration::from_secs(30)));
    let mut pages = [const { String::new() }; N];
    for (page, accept) in pages.iter_mut().zip(accept) {
        let request = client.get(format!("{url}/metrics")).header(ACCEPT, accept);
        *page = request.send().await.unwrap().text().await.unwrap();
    }
    pages
}

pub const OPENMETRICS: &str = "application/openmetrics-text;version=1.0.0";
pub const TEXT: &str = "text/plain;version=0.0.4";
