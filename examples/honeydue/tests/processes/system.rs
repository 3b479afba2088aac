//! The API and the worker, on a database and a queue that both have, with a collector and a vendor.

use std::time::Duration;

use opentelemetry::{KeyValue, TraceId};
use opentelemetry_sdk::trace::SpanData;
use spanweave::testing::{OtlpReceiver, span_tree};
use tempfile::TempDir;

use crate::common::keys;
use crate::common::vendor::{TokenServer, Vendor, answer};
use crate::process::{API, Process, Variable, WORKER, traced};

pub const DEVICE: &str = "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";

pub struct System {
    pub api: Process,
    pub worker: Process,
    collector: OtlpReceiver,
    variables: Vec<Variable>,
    _apple: Vendor,
    _folder: TempDir,
}

impl System {
    /// Both, on these.
    pub async fn start(database: &str, jobs: &str, folder: TempDir) -> System {
        let collector = OtlpReceiver::start().unwrap();
        let apple = Vendor::start(|_| answer(200, "")).await;
        let tokens = TokenServer::start().await;
        let mut variables = keys::variables(&apple.url, &apple.url, &tokens.url);
        variables.extend(traced(&collector));
        variables.extend([
            ("DATABASE_URL", database.to_owned()),
            ("JOBS_URL", jobs.to_owned()),
            ("STORAGE_FOLDER", folder.path().join("documents").display().to_string()),
        ]);
        let api = Process::start(API, variables.clone()).await;
        let worker = Process::start(WORKER, variables.clone()).await;
        System { api, worker, collector, variables, _apple: apple, _folder: folder }
    }

    /// Has another worker take the place of the first.
    pub async fn replace_worker(&mut self) {
        self.worker.terminate();
        let successor = Process::start(WORKER, self.variables.clone()).await;
        std::mem::replace(&mut self.worker, successor).ended().assert_well();
    }

    /// Forgets what has arrived.
    pub fn forget(&self) {
        let _forgotten = self.collector.take();
    }

    /// Waits until a trace has spans of these names, and has its tree with what each process calls itself.
    pub async fn trace_with(&self, names: [&str; 2]) -> String {
        let arrived = async {
            loop {
                if let Some(trace) = self.find(names) {
                    break trace;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let trace = tokio::time::timeout(Duration::from_mins(1), arrived).await;
        let trace = trace.unwrap_or_else(|_| panic!("no {names:?} in\n{}", self.collector.span_tree()));
        span_tree(&trace, &["service.name"])
    }

    fn find(&self, names: [&str; 2]) -> Option<Vec<SpanData>> {
        let spans = self.spans();
        let traces =
            spans.iter().filter(|span| span.name == names[0]).map(|span| span.span_context.trace_id());
        let mut of_traces = traces.map(|trace| of(trace, &spans));
        of_traces.find(|spans| names.iter().all(|name| spans.iter().any(|span| span.name == *name)))
    }

    /// All that has arrived; each span has the name of its process.
    fn spans(&self) -> Vec<SpanData> {
        let named = |request: spanweave::testing::ReceivedRequest| {
            let is_name = |attribute: &&KeyValue| attribute.key.as_str() == "service.name";
            let name = request.resource.iter().find(is_name).cloned();
            request.spans.into_iter().map(move |mut span| {
                span.attributes.extend(name.clone());
                span
            })
        };
        self.collector.requests().into_iter().flat_map(named).collect()
    }
}

fn of(trace: TraceId, spans: &[SpanData]) -> Vec<SpanData> {
    spans.iter().filter(|span| span.span_context.trace_id() == trace).cloned().collect()
}
