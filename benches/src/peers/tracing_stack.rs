//! `tracing` with `tracing-opentelemetry`, and histograms of `prometheus` beside it.
//!
//! Spans are made by `#[instrument]` and, for the root, by `Instrument::instrument`. The subscriber is the one in the
//! documentation of `tracing-opentelemetry` (`Registry::default().with(layer().with_tracer(…))`), with an `EnvFilter`
//! under it as in the documentation of `tracing-subscriber`. The batch processor keeps its defaults: a queue of 2048
//! spans, sent in batches of 512. Metrics are a `HistogramVec` with a timer per call, as in `prometheus`'s.

use std::sync::LazyLock;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanExporter};
use prometheus::{HistogramTimer, HistogramVec, register_histogram_vec};
use tracing::dispatcher::{DefaultGuard, set_default};
use tracing::{Dispatch, Instrument, Subscriber, info_span, instrument};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Registry};

use crate::sink::Sink;
use crate::sketch::{Q_TASKS, Q_USERS, Res, leaf};

static DURATIONS: LazyLock<HistogramVec> = LazyLock::new(|| {
    let labels = &["type", "method"];
    register_histogram_vec!("method_duration_seconds", "The time a method takes.", labels)
        .expect("the name is registered once")
});

/// Whether methods are measured.
#[derive(Clone, Copy)]
struct Metrics(bool);

impl Metrics {
    fn start_timer(self, owner: &str, method: &str) -> Option<HistogramTimer> {
        self.0.then(|| start_timer(owner, method))
    }
}

/// Measures a method until the timer is dropped.
pub fn start_timer(owner: &str, method: &str) -> HistogramTimer {
    DURATIONS.with_label_values(&[owner, method]).start_timer()
}

/// Stands for the database: a ready future.
struct Database;

impl Database {
    #[instrument(
        name = "SELECT",
        skip_all,
        err,
        fields(
            otel.kind = "client",
            db.system.name = "postgresql",
            db.query.text = text,
            db.operation.name = "SELECT",
            db.collection.name = table,
        )
    )]
    async fn query(&self, text: &'static str, table: &'static str, user: i64) -> Res {
        leaf(text, user)
    }
}

struct TaskRepository {
    database: Database,
    metrics: Metrics,
}

impl TaskRepository {
    #[instrument(name = "TaskRepository::list", skip_all, err)]
    async fn list(&self, user: i64) -> Res {
        let _timer = self.metrics.start_timer("TaskRepository", "list");
        self.database.query(Q_TASKS, "tasks", user).await
    }
}

struct UserRepository {
    database: Database,
    metrics: Metrics,
}

impl UserRepository {
    #[instrument(name = "UserRepository::find", skip_all, err)]
    async fn find(&self, user: i64) -> Res {
        let _timer = self.metrics.start_timer("UserRepository", "find");
        self.database.query(Q_USERS, "users", user).await
    }
}

struct TaskService {
    users: UserRepository,
    tasks: TaskRepository,
    metrics: Metrics,
}

impl TaskService {
    #[instrument(name = "TaskService::list_tasks", skip_all, err)]
    async fn list_tasks(&self, user: i64) -> Res {
        let _timer = self.metrics.start_timer("TaskService", "list_tasks");
        let found = self.users.find(user).await?;
        let tasks = self.tasks.list(user).await?;
        Ok(found ^ tasks)
    }
}

pub struct TracingStack {
    service: TaskService,
    dispatch: Dispatch,
}

impl TracingStack {
    /// What an application commonly has: a filter, all of the layer's attributes, and metrics.
    pub fn full(ratio: f64) -> Self {
        Self::new(Dispatch::new(subscriber(&provider(Sink, ratio))), Metrics(true))
    }

    /// The least of it that still exports every span: no filter, no metrics, and the layer with every documented
    /// option off that adds attributes of its own or makes its spans current for OpenTelemetry's API.
    pub fn lean() -> Self {
        let layer = tracing_opentelemetry::layer()
            .with_tracer(tracer(&provider(Sink, 1.0)))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_target(false)
            .with_context_activation(false);
        Self::new(Dispatch::new(Registry::default().with(layer)), Metrics(false))
    }

    fn new(dispatch: Dispatch, metrics: Metrics) -> Self {
        let [users, tasks] = [Database, Database];
        let service = TaskService {
            users: UserRepository { database: users, metrics },
            tasks: TaskRepository { database: tasks, metrics },
            metrics,
        };
        TracingStack { service, dispatch }
    }

    /// Makes the subscriber the current one of this thread, where an application sets it for all of them: so there can
    /// be several in one process. To find a thread's own takes a few nanoseconds more per span.
    pub fn enter(&self) -> DefaultGuard {
        set_default(&self.dispatch)
    }

    pub async fn request(&self, user: i64) -> Res {
        self.service.list_tasks(user).instrument(info_span!("GET /tasks", otel.kind = "server")).await
    }
}

/// What an application commonly has: a filter, and the layer with all of its attributes.
pub fn subscriber(provider: &SdkTracerProvider) -> impl Subscriber + Send + Sync + use<> {
    let layer = tracing_opentelemetry::layer().with_tracer(tracer(provider));
    Registry::default().with(EnvFilter::new("info")).with(layer)
}

pub fn provider(exporter: impl SpanExporter + 'static, ratio: f64) -> SdkTracerProvider {
    SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio))))
        .build()
}

fn tracer(provider: &SdkTracerProvider) -> SdkTracer {
    provider.tracer("spanweave-bench")
}
