//! A small API whose services and repositories are annotated, and the traces of its requests.
//!
//! `cargo run --example quickstart` starts it on a free port, sends it real requests, prints what spanweave saw of
//! them, and exits. With `-- --serve 8080` it stays on that port and prints the tree of every request it gets.
//! Set `OBS_TRACES_URL` and `OBS_INGEST_TOKEN`, and the traces are exported as well.

use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use opentelemetry::SpanId;
use opentelemetry_sdk::trace::SpanData;
use serde::{Deserialize, Serialize};
use spanweave::testing::{KeptSpans, span_tree};
use spanweave::{Telemetry, repo, traced_service};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tokio::net::TcpListener;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

// ---- The application: plain axum and sqlx, and one attribute per impl block. ------------------------------------

#[derive(Serialize, sqlx::FromRow)]
struct Residence {
    id: i64,
    name: String,
}

#[derive(Serialize, sqlx::FromRow)]
struct Task {
    id: i64,
    residence_id: i64,
    title: String,
}

#[derive(Deserialize)]
struct NewTask {
    residence_id: i64,
    title: String,
}

#[derive(Debug, thiserror::Error)]
enum AppError {
    #[error("there is no such residence")]
    NoSuchResidence,
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> AppError {
        match error.as_database_error() {
            Some(refused) if refused.is_foreign_key_violation() => AppError::NoSuchResidence,
            _ => AppError::Database(error),
        }
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let status = match self {
            AppError::NoSuchResidence => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, self.to_string()).into_response()
    }
}

struct ResidenceRepository {
    pool: SqlitePool,
}

#[repo]
impl ResidenceRepository {
    pub async fn all(&self) -> sqlx::Result<Vec<Residence>> {
        sqlx::query_as("SELECT id, name FROM residences ORDER BY id").fetch_all(&self.pool).await
    }
}

struct TaskRepository {
    pool: SqlitePool,
}

#[repo]
impl TaskRepository {
    pub async fn for_residence(&self, residence_id: i64) -> sqlx::Result<Vec<Task>> {
        sqlx::query_as("SELECT id, residence_id, title FROM tasks WHERE residence_id = $1")
            .bind(residence_id)
            .fetch_all(&self.pool)
            .await
    }

    pub async fn insert(&self, task: &NewTask) -> sqlx::Result<i64> {
        let mut transaction = self.pool.begin().await?;
        let insert = sqlx::query("INSERT INTO tasks (residence_id, title) VALUES ($1, $2)");
        let inserted = insert.bind(task.residence_id).bind(&task.title).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(inserted.last_insert_rowid())
    }
}

struct TaskService {
    residences: ResidenceRepository,
    tasks: TaskRepository,
}

#[traced_service(calls(residences, tasks))]
impl TaskService {
    #[traced(fields(residence_id))]
    pub async fn list(&self, residence_id: i64) -> Result<Vec<Task>, AppError> {
        Ok(self.tasks.for_residence(residence_id).await?)
    }

    pub async fn create(&self, task: NewTask) -> Result<i64, AppError> {
        Ok(self.tasks.insert(&task).await?)
    }

    /// All tasks of all residences. It takes its time, and some clients do not wait.
    pub async fn export(&self) -> Result<Vec<Task>, AppError> {
        let mut tasks = Vec::new();
        for residence in self.residences.all().await? {
            tasks.extend(self.tasks.for_residence(residence.id).await?);
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
        Ok(tasks)
    }

    /// The next task to be done. It forgets that there may be none.
    pub async fn next(&self) -> Result<Task, AppError> {
        let mut tasks = self.tasks.for_residence(2).await?;
        Ok(tasks.remove(0))
    }
}

type App = State<Arc<TaskService>>;

async fn list_residences(State(tasks): App) -> Result<Json<Vec<Residence>>, AppError> {
    // A plain call between the handler and the repository keeps its place in the trace.
    Ok(Json(tasks.residences.all().await?))
}

async fn list_tasks(State(tasks): App) -> Result<Json<Vec<Task>>, AppError> {
    Ok(Json(tasks.list(1).await?))
}

async fn create_task(State(tasks): App, Json(task): Json<NewTask>) -> Result<Json<i64>, AppError> {
    Ok(Json(tasks.create(task).await?))
}

async fn export_tasks(State(tasks): App) -> Result<Json<Vec<Task>>, AppError> {
    Ok(Json(tasks.export().await?))
}

async fn next_task(State(tasks): App) -> Result<Json<Task>, AppError> {
    Ok(Json(tasks.next().await?))
}

async fn open_database(folder: &tempfile::TempDir) -> sqlx::Result<SqlitePool> {
    let file = folder.path().join("quickstart.db");
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true).foreign_keys(true);
    let pool = SqlitePool::connect_with(options).await?;
    sqlx::raw_sql(
        "CREATE TABLE residences (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
         CREATE TABLE tasks (
             id INTEGER PRIMARY KEY,
             residence_id INTEGER NOT NULL REFERENCES residences (id),
             title TEXT NOT NULL
         );
         INSERT INTO residences (name) VALUES ('Cottage'), ('Flat');
         INSERT INTO tasks (residence_id, title) VALUES (1, 'Sweep the chimney');",
    )
    .execute(&pool)
    .await?;
    Ok(pool)
}

fn router(pool: &SqlitePool, telemetry: &Telemetry) -> Router {
    let residences = ResidenceRepository { pool: pool.clone() };
    let tasks = TaskRepository { pool: pool.clone() };
    Router::new()
        .route("/api/residences/", get(list_residences))
        .route("/api/tasks/", get(list_tasks).post(create_task))
        .route("/api/tasks/export", get(export_tasks))
        .route("/api/tasks/next", post(next_task))
        .with_state(Arc::new(TaskService { residences, tasks }))
        .merge(telemetry.routes())
        .layer(telemetry.http_layer())
}

// ---- The demonstration: real requests over a socket, and what was seen of them. ---------------------------------

const AT_ONCE: usize = 200;
const PATIENCE: Duration = Duration::from_secs(10);
const A_MOMENT: Duration = Duration::from_millis(10);
/// What requests that are under way, and then the export, have left when the process is asked to stop: together less than
/// supervisors wait before they kill.
const TIME_TO_STOP: Duration = Duration::from_secs(4);

struct Demonstration {
    url: String,
    client: reqwest::Client,
    telemetry: Telemetry,
    kept: KeptSpans,
}

impl Demonstration {
    async fn run(&self) -> Result<(), Box<dyn Error>> {
        self.get("/api/residences/").send().await?.error_for_status()?;
        self.show("A read, by a plain call between two layers", 1).await?;

        self.new_task(1).send().await?.error_for_status()?;
        self.show("A write", 1).await?;

        let refused = self.new_task(4_711).send().await?;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        self.show("A write that the database refuses", 1).await?;

        let impatient = self.get("/api/tasks/export").timeout(Duration::from_secs(1));
        assert!(impatient.send().await.is_err_and(|error| error.is_timeout()));
        self.show("A client that hangs up half way", 1).await?;

        assert!(self.client.post(format!("{}/api/tasks/next", self.url)).send().await.is_err());
        self.show("A handler that panics", 1).await?;

        let requests: Vec<_> = (0..AT_ONCE).map(|_| tokio::spawn(self.get("/api/tasks/").send())).collect();
        for request in requests {
            request.await??.error_for_status()?;
        }
        self.show(&format!("One of {AT_ONCE} requests at once"), AT_ONCE).await
    }

    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    fn new_task(&self, residence_id: i64) -> reqwest::RequestBuilder {
        let body = format!(r#"{{"residence_id": {residence_id}, "title": "Water the plants"}}"#);
        let post = self.client.post(format!("{}/api/tasks/", self.url));
        post.header("content-type", "application/json").body(body)
    }

    /// Waits for the traces of the last requests, and prints the tree of the first.
    async fn show(&self, heading: &str, requests: usize) -> Result<(), Box<dyn Error>> {
        let spans = tokio::time::timeout(PATIENCE, self.traces(requests)).await?;
        let first = spans.first().ok_or("a request made no span")?.span_context.trace_id();
        let trace: Vec<_> = spans.into_iter().filter(|span| span.span_context.trace_id() == first).collect();
        let tree = span_tree(&trace, &["residence_id", "http.response.status_code"]);
        println!("{heading}:\n\n    {}\n", tree.trim_end().replace('\n', "\n    "));
        Ok(())
    }

    /// The server ends a request on its own time: after the response, or when it learns that the client is gone.
    async fn traces(&self, requests: usize) -> Vec<SpanData> {
        let mut spans = Vec::new();
        while spans.iter().filter(|span: &&SpanData| span.parent_span_id == SpanId::INVALID).count()
            < requests
        {
            tokio::time::sleep(A_MOMENT).await;
            // Whatever else they are exported to may take its time.
            let _all_exported = in_background(&self.telemetry, |telemetry| telemetry.flush(A_MOMENT)).await;
            spans.append(&mut self.kept.take());
        }
        spans
    }
}

/// Flushing and shutting down block their thread.
async fn in_background(telemetry: &Telemetry, task: fn(Telemetry) -> bool) -> bool {
    let telemetry = telemetry.clone();
    tokio::task::spawn_blocking(move || task(telemetry)).await.unwrap_or(false)
}

fn print_methods(telemetry: &Telemetry) {
    println!("Every method, whether its traces were kept or not:\n");
    println!(
        "    {:<36} {:>6} {:>7} {:>10} {:>9} {:>10} {:>10}",
        "method", "calls", "errors", "cancelled", "panicked", "p50", "p99"
    );
    for method in telemetry.methods() {
        let at_most = |bound: Duration| {
            if bound == Duration::MAX { "> 5s".to_owned() } else { format!("<= {bound:?}") }
        };
        println!(
            "    {:<36} {:>6} {:>7} {:>10} {:>9} {:>10} {:>10}",
            format!("{}.{}", method.type_name, method.method),
            method.calls,
            method.errors,
            method.cancelled,
            method.panicked,
            at_most(method.p50),
            at_most(method.p99),
        );
    }
    println!();
}

const NEXT_STEPS: &str = "\
How to go on:

    cargo run --example quickstart -- --serve 8080     stays, and prints the tree of every request
    curl http://127.0.0.1:8080/metrics                 its histograms and counters
    OBS_TRACES_URL=http://localhost:4318/v1/traces OBS_INGEST_TOKEN=any cargo run --example quickstart
                                                       exports the traces over OTLP/HTTP as well
    examples/quickstart.rs                             all of it, in one file
";

/// Prints the trees of requests as they come.
async fn print_requests(kept: KeptSpans) {
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        print!("{}", span_tree(&kept.take(), &["residence_id", "http.response.status_code"]));
    }
}

/// Waits for Ctrl-C, or for the SIGTERM of whoever supervises the process.
async fn asked_to_stop() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            interrupted = tokio::signal::ctrl_c() => interrupted,
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// What the command line asks for: a port to stay on, or none.
fn serve_on(mut arguments: impl Iterator<Item = String>) -> Result<Option<u16>, String> {
    let usage = || "usage: quickstart [--serve PORT]".to_owned();
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (None, _, _) => Ok(None),
        (Some("--serve"), Some(port), None) => port.parse().map(Some).map_err(|_| usage()),
        _ => Err(usage()),
    }
}

async fn run(serve: Option<u16>) -> Result<(), Box<dyn Error>> {
    let kept = KeptSpans::new();
    let telemetry = Telemetry::builder()
        .service_name("quickstart")
        .exporter(kept.clone())
        .env()?
        // After the environment: here every trace is to be shown.
        .sampling_ratio(1.0)
        .build()?;
    telemetry.install();

    let folder = tempfile::tempdir()?;
    let pool = open_database(&folder).await?;
    telemetry.watch_pool("main", &pool);
    let listener = TcpListener::bind(("127.0.0.1", serve.unwrap_or(0))).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = axum::serve(listener, router(&pool, &telemetry)).with_graceful_shutdown(async {
        let _stop_was_dropped = stopped.await;
    });
    let server = tokio::spawn(server.into_future());

    if serve.is_some() {
        println!("Listening on {url}, for example {url}/api/tasks/ and {url}/metrics. Ctrl-C ends it.\n");
        let printing = tokio::spawn(print_requests(kept));
        asked_to_stop().await?;
        printing.abort();
    } else {
        println!("Listening on {url}. Here is what spanweave sees of its requests.\n");
        let demonstration =
            Demonstration { url, client: reqwest::Client::new(), telemetry: telemetry.clone(), kept };
        demonstration.run().await?;
        print_methods(&telemetry);
        println!("{NEXT_STEPS}");
    }
    drop(stop);
    let _some_took_too_long = tokio::time::timeout(TIME_TO_STOP, server).await;
    if !in_background(&telemetry, |telemetry| telemetry.shutdown(TIME_TO_STOP)).await {
        eprintln!("There was no time to export all spans.");
    }
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    // Without the access lines: every request is printed as a tree.
    let levels =
        Targets::new().with_default(LevelFilter::INFO).with_target("spanweave::access", LevelFilter::OFF);
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(levels);
    tracing_subscriber::registry().with(log).init();
    std::panic::set_hook(Box::new(|panic| eprintln!("({panic})")));
    let failed = |error: &dyn Display| {
        eprintln!("error: {error}");
        ExitCode::from(2)
    };
    let serve = match serve_on(std::env::args().skip(1)) {
        Ok(serve) => serve,
        Err(usage) => return failed(&usage),
    };
    match run(serve).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}
