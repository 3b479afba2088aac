//! `foundations`, with its features `tracing` and `metrics` only.
//!
//! As in its documentation: `telemetry::init` once and its driver spawned, `#[span_fn]` on the methods (which boxes
//! their futures, by default), tags by `add_span_tags!`, the root by `start_trace`. Metrics are a `TimeHistogram` per
//! method, whose handles are kept, as the documentation of `metrics` asks for labels that stay the same; the
//! buckets, of which it has no default, are those of `prometheus`.
//!
//! It takes no exporter from outside: its sink in memory comes with the feature `testing`, and is not the path of a
//! service. So it has its default output, Jaeger's over UDP, to a socket here that nobody reads; the kernel drops what
//! does not fit. The queue (a million spans) and the batches (100) are the defaults. To send what a round made takes
//! the exporter's thread some 13 ms, longer than the pause between two contenders.

use std::net::UdpSocket;

use foundations::telemetry::metrics::{HistogramBuilder, TimeHistogram, metrics};
use foundations::telemetry::settings::{JaegerThriftUdpOutputSettings, TelemetrySettings, TracesOutput};
use foundations::telemetry::tracing::{StartTraceOptions, add_span_tags, span_fn, start_trace};
use foundations::telemetry::{self, TelemetryConfig};
use tokio::runtime::Runtime;

use crate::sketch::{Q_TASKS, Q_USERS, Res, leaf};

#[metrics]
mod method {
    /// The time a method takes.
    #[ctor = HistogramBuilder {
        buckets: &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0],
    }]
    pub(super) fn duration_seconds(owner: &'static str, method: &'static str) -> TimeHistogram;
}

/// Stands for the database: a ready future.
struct Database;

impl Database {
    #[span_fn("SELECT")]
    async fn query(&self, text: &'static str, table: &'static str, user: i64) -> Res {
        add_span_tags!(
            "db.system.name" => "postgresql",
            "db.query.text" => text,
            "db.operation.name" => "SELECT",
            "db.collection.name" => table
        );
        leaf(text, user)
    }
}

struct TaskRepository {
    database: Database,
    list: TimeHistogram,
}

impl TaskRepository {
    #[span_fn("TaskRepository::list")]
    async fn list(&self, user: i64) -> Res {
        let _timer = self.list.start_timer();
        self.database.query(Q_TASKS, "tasks", user).await
    }
}

struct UserRepository {
    database: Database,
    find: TimeHistogram,
}

impl UserRepository {
    #[span_fn("UserRepository::find")]
    async fn find(&self, user: i64) -> Res {
        let _timer = self.find.start_timer();
        self.database.query(Q_USERS, "users", user).await
    }
}

struct TaskService {
    users: UserRepository,
    tasks: TaskRepository,
    list_tasks: TimeHistogram,
}

impl TaskService {
    #[span_fn("TaskService::list_tasks")]
    async fn list_tasks(&self, user: i64) -> Res {
        let _timer = self.list_tasks.start_timer();
        let found = self.users.find(user).await?;
        let tasks = self.tasks.list(user).await?;
        Ok(found ^ tasks)
    }
}

pub struct Foundations {
    service: TaskService,
    _exporter: Runtime,
    _agent: UdpSocket,
}

impl Foundations {
    /// Initialises the telemetry, of which there is one in a process.
    pub fn init() -> Self {
        let agent = UdpSocket::bind("127.0.0.1:0").expect("a bench can bind a socket");
        let server_addr = agent.local_addr().expect("a bound socket has an address");
        let mut settings = TelemetrySettings::default();
        settings.tracing.output = TracesOutput::JaegerThriftUdp(JaegerThriftUdpOutputSettings {
            server_addr,
            ..JaegerThriftUdpOutputSettings::default()
        });
        let exporter = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a bench can make a runtime");
        let entered = exporter.enter();
        let service_info = &foundations::service_info!();
        let driver = telemetry::init(TelemetryConfig { service_info, settings: &settings })
            .expect("a bench can initialise telemetry");
        exporter.spawn(driver);
        drop(entered);
        let [users, tasks] = [Database, Database];
        let service = TaskService {
            users: UserRepository {
                database: users,
                find: method::duration_seconds("UserRepository", "find"),
            },
            tasks: TaskRepository {
                database: tasks,
                list: method::duration_seconds("TaskRepository", "list"),
            },
            list_tasks: method::duration_seconds("TaskService", "list_tasks"),
        };
        Foundations { service, _exporter: exporter, _agent: agent }
    }

    /// One request, sampled as the settings have it: always.
    pub async fn request(&self, user: i64) -> Res {
        self.traced(StartTraceOptions::default(), user).await
    }

    /// One request, sampled by a ratio of its own, as there is one in the settings of a process.
    pub async fn request_of_ratio(&self, ratio: f64, user: i64) -> Res {
        let options =
            StartTraceOptions { override_sampling_ratio: Some(ratio), ..StartTraceOptions::default() };
        self.traced(options, user).await
    }

    async fn traced(&self, options: StartTraceOptions, user: i64) -> Res {
        start_trace("GET /tasks", options).into_context().apply(self.service.list_tasks(user)).await
    }
}
