//! `autometrics`, for metrics only: it has no spans.
//!
//! As in its documentation: `#[autometrics]` on the impl blocks, and the settings initialised once. The backend is
//! `prometheus-client`, which it takes where no other is chosen; its exporter would only add the page to be scraped.

use autometrics::autometrics;
use autometrics::settings::AutometricsSettings;

use crate::sketch::{Q_TASKS, Q_USERS, Res, leaf};

/// Stands for the database: a ready future. Its statements are no methods of the application, so not measured.
struct Database;

impl Database {
    #[expect(clippy::unused_async, reason = "a database is awaited")]
    async fn query(&self, text: &'static str, user: i64) -> Res {
        leaf(text, user)
    }
}

struct TaskRepository {
    database: Database,
}

#[autometrics]
impl TaskRepository {
    async fn list(&self, user: i64) -> Res {
        self.database.query(Q_TASKS, user).await
    }
}

struct UserRepository {
    database: Database,
}

#[autometrics]
impl UserRepository {
    async fn find(&self, user: i64) -> Res {
        self.database.query(Q_USERS, user).await
    }
}

struct TaskService {
    users: UserRepository,
    tasks: TaskRepository,
}

#[autometrics]
impl TaskService {
    async fn list_tasks(&self, user: i64) -> Res {
        let found = self.users.find(user).await?;
        let tasks = self.tasks.list(user).await?;
        Ok(found ^ tasks)
    }
}

pub struct Autometrics {
    service: TaskService,
}

impl Autometrics {
    /// Initialises the settings, of which there is one in a process.
    pub fn init() -> Self {
        AutometricsSettings::builder().service_name("spanweave-bench").init();
        let [users, tasks] = [Database, Database];
        let service = TaskService {
            users: UserRepository { database: users },
            tasks: TaskRepository { database: tasks },
        };
        Autometrics { service }
    }

    pub async fn request(&self, user: i64) -> Res {
        self.service.list_tasks(user).await
    }
}
