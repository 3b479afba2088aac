//! The smallest application that has all layers: a root, a service, two repositories.

use spanweave::{Telemetry, repo, traced_service};

/// A root, a service and two repositories.
pub const SPANS_PER_REQUEST: usize = 4;

struct ResidenceRepository {
    per_user: u64,
}

#[repo]
impl ResidenceRepository {
    pub async fn ids_for_user(&self, user_id: u64) -> Vec<u64> {
        (user_id..user_id + self.per_user).collect()
    }
}

struct TaskRepository {
    per_residence: usize,
}

#[repo]
impl TaskRepository {
    pub async fn for_residences(&self, ids: &[u64]) -> usize {
        assert!(!ids.contains(&Tasks::OF_WHOM_IT_PANICS), "on purpose");
        ids.len() * self.per_residence
    }
}

/// The service of the application.
pub struct Tasks {
    residences: ResidenceRepository,
    tasks: TaskRepository,
}

#[traced_service(calls(residences, tasks))]
impl Tasks {
    /// How many tasks a user has.
    pub async fn count(&self, user_id: u64) -> usize {
        let ids = self.residences.ids_for_user(user_id).await;
        let tasks = self.tasks.for_residences(&ids).await;
        // Where nobody has installed a log, it is for nobody.
        tracing::info!(user_id, tasks, "counted");
        tasks
    }
}

impl Tasks {
    /// A user whose tasks nobody can count without a panic.
    pub const OF_WHOM_IT_PANICS: u64 = u64::MAX / 2;

    /// The service, over repositories that need no database.
    #[must_use]
    pub fn new() -> Tasks {
        Tasks { residences: ResidenceRepository { per_user: 2 }, tasks: TaskRepository { per_residence: 3 } }
    }

    /// Serves one request: under a handle as one trace, without one as plain code.
    pub fn serve(&self, telemetry: Option<&Telemetry>, user_id: u64) -> usize {
        let request = self.count(user_id);
        match telemetry {
            Some(telemetry) => futures_executor::block_on(telemetry.root("GET /api/tasks/").run(request)),
            None => futures_executor::block_on(request),
        }
    }
}

impl Default for Tasks {
    fn default() -> Tasks {
        Tasks::new()
    }
}
