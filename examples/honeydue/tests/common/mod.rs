//! The application on a free port with a database and a folder of its own, and users that talk to it.

#![allow(dead_code, reason = "each test uses its part")]

pub mod keys;
pub mod vendor;

use std::io::Cursor;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use honeydue::app::App;
use honeydue::config::Config;
use honeydue::jobs::work;
use honeydue::process::serve_on;
use opentelemetry::SpanId;
use opentelemetry_sdk::trace::SpanData;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use spanweave::testing::{TestTelemetry, span_tree};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The application. It ends with the test.
pub struct TestApp {
    pub url: String,
    pub telemetry: TestTelemetry,
    pub app: App,
    client: reqwest::Client,
    stop: CancellationToken,
    folder: TempDir,
}

/// A user with a session.
pub struct User<'t> {
    app: &'t TestApp,
    pub id: i64,
    pub email: String,
    token: String,
}

pub const PASSWORD: &str = "correct horse battery staple";

impl TestApp {
    pub async fn start() -> TestApp {
        TestApp::start_with(&[]).await
    }

    /// With more variables.
    pub async fn start_with(variables: &[(&str, String)]) -> TestApp {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display());
        let documents = folder.path().join("documents").display().to_string();
        let config = Config::from_variables(|name| {
            let given = variables.iter().find(|(variable, _)| *variable == name);
            match name {
                _ if given.is_some() => given.map(|(_, value)| value.clone()),
                "DATABASE_URL" => Some(database.clone()),
                "STORAGE_FOLDER" => Some(documents.clone()),
                _ => None,
            }
        })
        .unwrap();
        let telemetry = TestTelemetry::new();
        let app = App::connect(&config, &telemetry).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        tokio::spawn(serve_on(listener, app.clone().router(&telemetry), stop.clone()));
        TestApp { url, telemetry, app, client: reqwest::Client::new(), stop, folder }
    }

    /// A request of nobody.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// The tree of the trace whose root has the name; of several the last.
    pub fn tree(&self, root: &str, keys: &[&str]) -> String {
        let spans = self.telemetry.spans();
        let is_root = |span: &&SpanData| span.name == root && span.parent_span_id == SpanId::INVALID;
        let root = spans.iter().rfind(is_root).unwrap_or_else(|| panic!("no trace of {root}"));
        let trace = root.span_context.trace_id();
        let of_trace: Vec<_> =
            spans.iter().filter(|span| span.span_context.trace_id() == trace).cloned().collect();
        span_tree(&of_trace, keys)
    }

    /// Somebody new.
    pub async fn user(&self) -> User<'_> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let email = format!("user{}@example.org", NUMBER.fetch_add(1, Ordering::Relaxed));
        let input = json!({ "email": email, "name": "Somebody", "password": PASSWORD });
        let session: Value = read(self.request(Method::POST, "/api/auth/sign-up").json(&input)).await;
        let token = session["token"].as_str().unwrap().to_owned();
        User { app: self, id: session["user"]["id"].as_i64().unwrap(), email, token }
    }
}

/// A worker with the queue of an application, as the other process has it: with telemetry of its own, and a page of
/// metrics. It ends with the application.
pub struct Worker {
    pub url: String,
    pub telemetry: TestTelemetry,
}

impl Worker {
    pub async fn start(app: &TestApp) -> Worker {
        let telemetry = TestTelemetry::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve_on(listener, telemetry.routes(), app.stop.clone()));
        let (app, stop, handle) = (app.app.clone(), app.stop.clone(), telemetry.clone());
        tokio::spawn(async move { work(app, &handle, stop.cancelled()).await });
        Worker { url, telemetry }
    }

    /// Waits until so many jobs of a kind were handled, whatever came of them.
    pub async fn jobs_done(&self, task_type: &str, count: usize) {
        let name = format!("job.handle:{task_type}");
        let done = async {
            while self.telemetry.spans().iter().filter(|span| span.name == name).count() < count {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), done).await.expect("the job is done");
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl User<'_> {
    /// Of their session.
    pub fn token(&self) -> &str {
        &self.token
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.app.request(method, path).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Value {
        read(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Value {
        read(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Value {
        read(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> StatusCode {
        self.request(Method::DELETE, path).send().await.unwrap().status()
    }

    /// A residence of theirs.
    pub async fn residence(&self) -> i64 {
        id(&self.post("/api/residences/", &json!({ "name": "Cottage", "address": "1 Lane" })).await)
    }

    /// A document of a residence.
    pub fn upload_request(&self, residence_id: i64, name: &str, content: Vec<u8>) -> RequestBuilder {
        let file = Part::bytes(content).file_name(name.to_owned());
        let form = Form::new().text("residence_id", residence_id.to_string()).part("file", file);
        self.request(Method::POST, "/api/documents/").multipart(form)
    }

    /// [`upload_request`](User::upload_request), sent.
    pub async fn upload(&self, residence_id: i64, name: &str, content: Vec<u8>) -> Value {
        read(self.upload_request(residence_id, name, content)).await
    }

    /// A task in a residence of theirs.
    pub async fn task(&self, residence_id: i64) -> i64 {
        let input = json!({ "residence_id": residence_id, "title": "Sweep the chimney" });
        id(&self.post("/api/tasks/", &input).await)
    }
}

/// A picture.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(width, height, image::Rgb([200, 30, 30]))
        .write_to(&mut file, image::ImageFormat::Png)
        .unwrap();
    file.into_inner()
}

pub fn id(object: &Value) -> i64 {
    object["id"].as_i64().unwrap()
}

/// The JSON of a response that is no error.
async fn read(request: RequestBuilder) -> Value {
    let response = request.send().await.unwrap();
    let status = response.status();
    let body = response.text().await.unwrap();
    assert!(status.is_success(), "{status}: {body}");
    serde_json::from_str(&body).unwrap()
}

/// The problem of a response that is one.
pub async fn problem(response: Response) -> (StatusCode, Value) {
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let status = response.status();
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["status"], status.as_u16());
    (status, problem)
}
