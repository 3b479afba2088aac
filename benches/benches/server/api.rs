//! What all versions of the application share: its tables and statements, its answer, its errors.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use tempfile::TempDir;

pub const ROUTE: &str = "/api/tasks/";

/// The residence whose tasks are asked for.
pub const RESIDENCE_ID: i64 = 1;

pub const RESIDENCE: &str = "SELECT id, name FROM residences WHERE id = $1";
pub const TASKS: &str = "SELECT id, residence_id, title FROM tasks WHERE residence_id = $1 ORDER BY id";

const TABLES: &str = "
    CREATE TABLE residences (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE tasks (
        id INTEGER PRIMARY KEY,
        residence_id INTEGER NOT NULL REFERENCES residences (id),
        title TEXT NOT NULL
    );
    CREATE INDEX tasks_of_residence ON tasks (residence_id);
    INSERT INTO residences (name) VALUES ('Cottage'), ('Flat');
    INSERT INTO tasks (residence_id, title) VALUES
        (1, 'Sweep the chimney'), (1, 'Water the plants'), (1, 'Mow the lawn'), (1, 'Oil the gate'),
        (2, 'Clean the filter'), (2, 'Bleed the radiators');";

#[derive(Serialize, sqlx::FromRow)]
pub struct Residence {
    pub id: i64,
    name: String,
}

#[derive(Serialize, sqlx::FromRow)]
pub struct Task {
    id: i64,
    residence_id: i64,
    title: String,
}

#[derive(Serialize)]
pub struct TaskList {
    pub residence: Residence,
    pub tasks: Vec<Task>,
}

#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("there is no such residence")]
    NoSuchResidence,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let status = match self {
            AppError::NoSuchResidence => StatusCode::NOT_FOUND,
            AppError::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, self.to_string()).into_response()
    }
}

/// A file, because connections to one database in memory wait for each other. Opened as one that nobody writes to: the
/// locks on the file would be nearly half of a request's CPU time, and the part of it that varies.
pub async fn open_database(folder: &TempDir) -> SqlitePool {
    let file = SqliteConnectOptions::new().filename(folder.path().join("server.db"));
    let filling = connect(file.clone().create_if_missing(true)).await;
    sqlx::raw_sql(TABLES).execute(&filling).await.expect("the statements are valid");
    filling.close().await;
    connect(file.immutable(true)).await
}

async fn connect(options: SqliteConnectOptions) -> SqlitePool {
    let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options);
    pool.await.expect("a temporary folder takes a database")
}
