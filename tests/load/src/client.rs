//! A connection of the load: it does what an app does, and counts every answer.

use std::time::{Duration, Instant};

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::sleep_until;

use crate::tally::Tally;

/// Longer than whatever the API waits for before it gives up.
const TIMEOUT: Duration = Duration::from_secs(30);
/// From the beginning of a request to that of the next.
const PACE: Duration = Duration::from_millis(200);

const PASSWORD: &str = "correct horse battery staple";

/// One red pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\
    \0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

/// What is done in turn, more reading than writing.
const TURNS: [Turn; 20] = [
    Turn::ListTasks,
    Turn::AddTask,
    Turn::FindTask,
    Turn::ListTasksOfResidence,
    Turn::Complete,
    Turn::ListNotifications,
    Turn::ListTasks,
    Turn::ListResidences,
    Turn::AddTask,
    Turn::FindTask,
    Turn::Upload,
    Turn::ListDocuments,
    Turn::ListTasks,
    Turn::AddTask,
    Turn::Complete,
    Turn::ListNotifications,
    Turn::ListTasks,
    Turn::CompleteAgain,
    Turn::ListResidences,
    Turn::Unknown,
];

#[derive(Clone, Copy)]
enum Turn {
    ListTasks,
    ListTasksOfResidence,
    ListResidences,
    ListNotifications,
    ListDocuments,
    FindTask,
    AddTask,
    Complete,
    /// Which is a conflict.
    CompleteAgain,
    Upload,
    /// A path that there is not.
    Unknown,
}

/// A user with a residence.
#[derive(Clone)]
pub struct User {
    token: String,
    residence: i64,
}

pub struct Client {
    http: reqwest::Client,
    url: String,
    user: User,
    task: i64,
    pub tally: Tally,
}

impl Client {
    /// A connection of nobody.
    pub fn new(url: &str) -> reqwest::Result<Client> {
        let http = reqwest::Client::builder().no_proxy().timeout(TIMEOUT).build()?;
        let nobody = User { token: String::new(), residence: 0 };
        Ok(Client { http, url: url.to_owned(), user: nobody, task: 0, tally: Tally::default() })
    }

    /// A connection of a user.
    pub fn of(url: &str, user: &User) -> reqwest::Result<Client> {
        Ok(Client { user: user.clone(), ..Client::new(url)? })
    }

    /// A new user with a residence, if the API takes both.
    pub async fn sign_up(&mut self, number: usize) -> Option<User> {
        let email = format!("user{number}@example.org");
        let input = json!({ "email": email, "name": "Somebody", "password": PASSWORD });
        let session = self.post("/api/auth/sign-up", "/api/auth/sign-up", &input).await?;
        session["token"].as_str()?.clone_into(&mut self.user.token);
        let residence =
            self.post("/api/residences/", "/api/residences/", &json!({ "name": "Cottage" })).await?;
        self.user.residence = residence["id"].as_i64()?;
        Some(self.user.clone())
    }

    /// Asks until then, beginning with the `first` turn.
    pub async fn ask_until(mut self, end: Instant, first: usize) -> Tally {
        for turn in TURNS.iter().cycle().skip(first % TURNS.len()) {
            let begun = Instant::now();
            if begun >= end {
                break;
            }
            self.take(*turn).await;
            sleep_until((begun + PACE).into()).await;
        }
        self.tally
    }

    async fn take(&mut self, turn: Turn) {
        let task = self.task;
        let residence = self.user.residence;
        match turn {
            Turn::ListTasks => self.get("/api/tasks/", "/api/tasks/").await,
            Turn::ListTasksOfResidence => {
                self.get("/api/residences/{id}/tasks/", &format!("/api/residences/{residence}/tasks/")).await;
            }
            Turn::ListResidences => self.get("/api/residences/", "/api/residences/").await,
            Turn::ListNotifications => self.get("/api/notifications/", "/api/notifications/").await,
            Turn::ListDocuments => {
                self.get("/api/documents/", &format!("/api/documents/?residence_id={residence}")).await;
            }
            Turn::FindTask => self.get("/api/tasks/{id}", &format!("/api/tasks/{task}")).await,
            Turn::AddTask => {
                let input = json!({ "residence_id": residence, "title": "Sweep the chimney" });
                let added = self.post("/api/tasks/", "/api/tasks/", &input).await;
                self.task = added.and_then(|task| task["id"].as_i64()).unwrap_or(task);
            }
            Turn::Complete | Turn::CompleteAgain => {
                let path = format!("/api/tasks/{task}/complete");
                self.post("/api/tasks/{id}/complete", &path, &json!({})).await;
            }
            Turn::Upload => self.upload().await,
            Turn::Unknown => self.get("unmatched", "/api/unknown").await,
        }
    }

    async fn get(&mut self, route: &'static str, path: &str) {
        let request = self.request(Method::GET, path);
        self.send(route, "GET", request).await;
    }

    async fn post(&mut self, route: &'static str, path: &str, input: &Value) -> Option<Value> {
        let request = self.request(Method::POST, path).json(input);
        self.send(route, "POST", request).await
    }

    async fn upload(&mut self) {
        let file = Part::bytes(PNG).file_name("roof.png");
        let form = Form::new().text("residence_id", self.user.residence.to_string()).part("file", file);
        let request = self.request(Method::POST, "/api/documents/").multipart(form);
        self.send("/api/documents/", "POST", request).await;
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.user.token)
    }

    /// What was answered, if it is no error.
    async fn send(
        &mut self,
        route: &'static str,
        method: &'static str,
        request: RequestBuilder,
    ) -> Option<Value> {
        let begun = Instant::now();
        let answered = async {
            let response = request.send().await?;
            Ok((response.status(), response.bytes().await?))
        };
        match answered.await {
            Ok((status, body)) => {
                self.tally.answered((route, method, status.as_u16()), begun);
                status.is_success().then(|| serde_json::from_slice(&body).ok()).flatten()
            }
            Err(error) => {
                self.tally.failed(&error);
                None
            }
        }
    }
}
