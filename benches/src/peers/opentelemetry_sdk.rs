//! OpenTelemetry's API and SDK by hand.
//!
//! A span is started from the tracer and goes into a context that the rest of the work runs in, as in “Async context
//! propagation” of the documentation of `opentelemetry::trace`. The tracer is made once and kept. The batch processor
//! keeps its defaults: a queue of 2048 spans, sent in batches of 512.

use opentelemetry::trace::{FutureExt, SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, Span, SpanExporter};

use crate::sink::Sink;
use crate::sketch::{Q_TASKS, Q_USERS, Res, leaf};

/// Awaits `work` with `span` as the current one. The span ends with the last of its contexts.
async fn in_span(span: Span, work: impl Future<Output = Res>) -> Res {
    let context = Context::current_with_span(span);
    let result = work.with_context(context.clone()).await;
    if let Err(error) = &result {
        context.span().set_status(Status::error(error.to_string()));
    }
    result
}

/// Stands for the database: a ready future.
struct Database {
    tracer: SdkTracer,
}

impl Database {
    async fn query(&self, text: &'static str, table: &'static str, user: i64) -> Res {
        let attributes = [
            KeyValue::new("db.system.name", "postgresql"),
            KeyValue::new("db.query.text", text),
            KeyValue::new("db.operation.name", "SELECT"),
            KeyValue::new("db.collection.name", table),
        ];
        let span = self.tracer.span_builder("SELECT").with_kind(SpanKind::Client).with_attributes(attributes);
        let span = span.start_with_context(&self.tracer, &Context::current());
        in_span(span, async { leaf(text, user) }).await
    }
}

struct TaskRepository {
    database: Database,
    tracer: SdkTracer,
}

impl TaskRepository {
    async fn list(&self, user: i64) -> Res {
        let span = self.tracer.start_with_context("TaskRepository::list", &Context::current());
        in_span(span, self.database.query(Q_TASKS, "tasks", user)).await
    }
}

struct UserRepository {
    database: Database,
    tracer: SdkTracer,
}

impl UserRepository {
    async fn find(&self, user: i64) -> Res {
        let span = self.tracer.start_with_context("UserRepository::find", &Context::current());
        in_span(span, self.database.query(Q_USERS, "users", user)).await
    }
}

struct TaskService {
    users: UserRepository,
    tasks: TaskRepository,
    tracer: SdkTracer,
}

impl TaskService {
    async fn list_tasks(&self, user: i64) -> Res {
        let span = self.tracer.start_with_context("TaskService::list_tasks", &Context::current());
        let work = async {
            let found = self.users.find(user).await?;
            let tasks = self.tasks.list(user).await?;
            Ok(found ^ tasks)
        };
        in_span(span, work).await
    }
}

pub struct OpenTelemetrySdk {
    service: TaskService,
    tracer: SdkTracer,
    provider: SdkTracerProvider,
}

impl OpenTelemetrySdk {
    pub fn new(ratio: f64) -> Self {
        Self::exporting_to(Sink, ratio)
    }

    pub fn exporting_to(exporter: impl SpanExporter + 'static, ratio: f64) -> Self {
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio))))
            .build();
        let tracer = || provider.tracer("spanweave-bench");
        let service = TaskService {
            users: UserRepository { database: Database { tracer: tracer() }, tracer: tracer() },
            tasks: TaskRepository { database: Database { tracer: tracer() }, tracer: tracer() },
            tracer: tracer(),
        };
        OpenTelemetrySdk { service, tracer: tracer(), provider }
    }

    /// Exports what is queued, and stops.
    pub fn shut_down(&self) {
        self.provider.shutdown().expect("the exporter takes what is left within the SDK's five seconds");
    }

    pub async fn request(&self, user: i64) -> Res {
        let span = self.tracer.span_builder("GET /tasks").with_kind(SpanKind::Server);
        let span = span.start_with_context(&self.tracer, &Context::current());
        in_span(span, self.service.list_tasks(user)).await
    }
}
