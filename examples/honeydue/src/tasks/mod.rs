//! What is to be done in a residence.

mod repository;
mod routes;
mod service;

pub use repository::TaskRepository;
pub use routes::routes;
pub use service::TaskService;

use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::http::{line, lines};
use crate::time::Timestamp;

/// Something to be done.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Task {
    /// By which the paths of the API name it.
    pub id: i64,
    /// Where it is to be done.
    pub residence_id: i64,
    /// Who does it.
    pub contractor_id: Option<i64>,
    /// What it is.
    pub title: String,
    /// What else there is to know.
    pub notes: String,
    /// When it is to be done; its owner is reminded then.
    pub due_at: Option<Timestamp>,
    /// How long after it was done it is to be done again.
    pub repeat_days: Option<i64>,
    /// When it was done.
    pub completed_at: Option<Timestamp>,
    /// When it was written down.
    pub created_at: Timestamp,
}

/// What a user says of a task.
#[derive(Debug, Deserialize, Validate)]
pub struct TaskInput {
    /// Where it is to be done.
    #[garde(range(min = 1))]
    pub residence_id: i64,
    /// Who does it.
    #[garde(inner(range(min = 1)))]
    pub contractor_id: Option<i64>,
    /// What it is.
    #[garde(length(min = 1, max = 200), custom(line))]
    pub title: String,
    /// What else there is to know.
    #[garde(length(max = 4_000), custom(lines))]
    #[serde(default)]
    pub notes: String,
    /// When it is to be done; its owner is reminded then.
    #[garde(skip)]
    pub due_at: Option<Timestamp>,
    /// How long after it was done it is to be done again.
    #[garde(inner(range(min = 1, max = 3_650)))]
    pub repeat_days: Option<i64>,
}

/// A task that is due, and whose it is.
#[derive(Debug, sqlx::FromRow)]
pub struct DueTask {
    /// The task.
    pub id: i64,
    /// What it is.
    pub title: String,
    /// The owner of its residence.
    pub user_id: i64,
}

/// How many tasks somebody has to do soon.
#[derive(Debug, sqlx::FromRow)]
pub struct OpenTasks {
    /// Who.
    pub user_id: i64,
    /// How many.
    pub open: i64,
}
