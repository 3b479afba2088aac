//! The two binaries as processes: what they need to start, and how they stop.

#[path = "../common/mod.rs"]
mod common;
mod process;
mod user;

use std::time::Duration;

use process::{API, Ended, PATIENCE, Process, Variable, WORKER, rest_of, spawn, traced, wait};
use reqwest::{Method, StatusCode};
use spanweave::testing::OtlpReceiver;
use tempfile::TempDir;
use user::{User, get};

const SECRET: &str = "hunter2";

/// An API that does its jobs itself, in a folder.
async fn api(folder: &TempDir, collector: &OtlpReceiver) -> Process {
    let path = |name| folder.path().join(name).display().to_string();
    let mut variables: Vec<Variable> = traced(collector).into();
    variables.push(("DATABASE_URL", format!("sqlite://{}?mode=rwc", path("test.db"))));
    variables.push(("STORAGE_FOLDER", path("documents")));
    Process::start(API, variables).await
}

#[tokio::test]
async fn the_api_alone_serves_its_pages_and_users() {
    let (folder, collector) = (tempfile::tempdir().unwrap(), OtlpReceiver::start().unwrap());
    let api = api(&folder, &collector).await;
    for page in ["/api/health/", "/api/health/live", "/metrics", "/metrics/legacy"] {
        get(format!("{}{page}", api.url)).await;
    }
    let user = User::sign_up(&api).await;
    let unknown = user.request(Method::GET, "/api/nothing").send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_in_the_middle_of_requests_loses_nothing_that_was_answered() {
    let (folder, collector) = (tempfile::tempdir().unwrap(), OtlpReceiver::start().unwrap());
    let api = api(&folder, &collector).await;
    let user = User::sign_up(&api).await;
    let clients: Vec<_> = (0..8).map(|_| tokio::spawn(ask_until_nobody_answers(user.ask()))).collect();
    tokio::time::sleep(Duration::from_secs(2)).await;
    api.terminate();
    let ended = tokio::task::spawn_blocking(|| api.ended()).await.unwrap();
    ended.assert_well();

    let mut answered = 0;
    for client in clients {
        answered += client.await.unwrap();
    }
    let arrived = collector.spans().iter().filter(|span| span.name == "GET /api/residences/").count();
    assert!(answered > 0 && arrived >= answered, "{answered} requests were answered, {arrived} have arrived");
}

/// How many answers there were.
async fn ask_until_nobody_answers(ask: impl Fn() -> reqwest::RequestBuilder) -> usize {
    let mut answered = 0;
    while let Ok(response) = ask().send().await {
        assert_eq!(response.status(), StatusCode::OK);
        // Whoever stops in the middle of an answer has not given it.
        answered += usize::from(response.bytes().await.is_ok());
    }
    answered
}

impl User {
    fn ask(&self) -> impl Fn() -> reqwest::RequestBuilder + Send + use<> {
        let request = self.request(Method::GET, "/api/residences/");
        move || request.try_clone().unwrap()
    }
}

/// Runs a process that is to end by itself.
fn run(program: &str, variables: &[Variable]) -> Ended {
    let mut child = spawn(program, variables);
    let status = wait(&mut child, PATIENCE);
    let stdout = rest_of(child.stdout.take().unwrap());
    Ended { status, stdout, stderr: rest_of(child.stderr.take().unwrap()) }
}

/// What is wrong, and the variable that the error names.
fn bad_variables() -> Vec<(Vec<Variable>, &'static str)> {
    let secret = |text: &str| text.replace("{}", SECRET);
    vec![
        (vec![("LISTEN_ADDR", "nowhere".to_owned())], "LISTEN_ADDR"),
        (vec![("DATABASE_URL", secret("mysql://user:{}@localhost/db"))], "DATABASE_URL"),
        (vec![("DATABASE_URL", secret("postgres://user:{}@127.0.0.1:1/db"))], "DATABASE_URL"),
        (vec![("DATABASE_MAX_CONNECTIONS", "many".to_owned())], "DATABASE_MAX_CONNECTIONS"),
        (vec![("JOBS_URL", secret("amqp://user:{}@localhost/"))], "JOBS_URL"),
        (vec![("APNS_KEY", SECRET.to_owned())], "APNS_KEY_ID"),
        (vec![("FCM_SERVICE_ACCOUNT", secret("{\"private_key\": \"{}\""))], "FCM_SERVICE_ACCOUNT"),
        (vec![("S3_BUCKET", "documents".to_owned())], "S3_ENDPOINT"),
        (vec![("OTEL_TRACES_SAMPLER_ARG", "often".to_owned())], "OTEL_TRACES_SAMPLER_ARG"),
    ]
}

#[test]
fn a_variable_that_cannot_be_used_is_named_and_not_shown() {
    for program in [API, WORKER] {
        for (mut variables, named) in bad_variables() {
            let folder = tempfile::tempdir().unwrap();
            let database = format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display());
            variables.insert(0, ("DATABASE_URL", database));
            let ended = run(program, &variables);
            assert_eq!(ended.status.code(), Some(2), "{named}: {}", ended.stderr);
            assert!(ended.stderr.contains(named), "{named}: {}", ended.stderr);
            let said = ended.stdout + &ended.stderr;
            assert!(!said.contains(SECRET), "{named}: {said}");
        }
    }
}

#[test]
fn a_worker_needs_a_queue_that_others_reach() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display());
    let ended = run(WORKER, &[("DATABASE_URL", database)]);
    assert_eq!(ended.status.code(), Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("JOBS_URL is not set"), "{}", ended.stderr);
}
