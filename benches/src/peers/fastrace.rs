//! `fastrace` with its attribute, for spans only: it has no metrics.
//!
//! As in its documentation: `#[trace]` on the methods, a root that the request's future runs in (`in_span`), and a
//! reporter set once, with the default `Config`. A trace that is not sampled has `Span::noop()` for its root (“Sample
//! Tracing”). Commands go to the collector's thread through a queue of 10240, which wakes it once half full.

use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::prelude::*;

use crate::sink::Sink;
use crate::sketch::{Q_TASKS, Q_USERS, Res, leaf};

impl Reporter for Sink {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        std::hint::black_box(spans);
    }
}

/// Stands for the database: a ready future.
struct Database;

impl Database {
    #[trace(name = "SELECT", properties = {
        "db.system.name": "postgresql",
        "db.query.text": "{text}",
        "db.operation.name": "SELECT",
        "db.collection.name": "{table}",
    })]
    async fn query(&self, text: &'static str, table: &'static str, user: i64) -> Res {
        leaf(text, user)
    }
}

struct TaskRepository {
    database: Database,
}

impl TaskRepository {
    #[trace]
    async fn list(&self, user: i64) -> Res {
        self.database.query(Q_TASKS, "tasks", user).await
    }
}

struct UserRepository {
    database: Database,
}

impl UserRepository {
    #[trace]
    async fn find(&self, user: i64) -> Res {
        self.database.query(Q_USERS, "users", user).await
    }
}

struct TaskService {
    users: UserRepository,
    tasks: TaskRepository,
}

impl TaskService {
    #[trace]
    async fn list_tasks(&self, user: i64) -> Res {
        let found = self.users.find(user).await?;
        let tasks = self.tasks.list(user).await?;
        Ok(found ^ tasks)
    }
}

pub struct Fastrace {
    service: TaskService,
}

impl Fastrace {
    /// Sets the reporter, of which there is one in a process.
    pub fn init() -> Self {
        Self::reporting_to(Sink)
    }

    /// [`init`](Fastrace::init) with a reporter of one's own.
    pub fn reporting_to(reporter: impl Reporter) -> Self {
        fastrace::set_reporter(reporter, Config::default());
        let [users, tasks] = [Database, Database];
        let service = TaskService {
            users: UserRepository { database: users },
            tasks: TaskRepository { database: tasks },
        };
        Fastrace { service }
    }

    pub async fn sampled(&self, user: i64) -> Res {
        let root = Span::root("GET /tasks", SpanContext::random());
        self.service.list_tasks(user).in_span(root).await
    }

    pub async fn not_sampled(&self, user: i64) -> Res {
        self.service.list_tasks(user).in_span(Span::noop()).await
    }
}
