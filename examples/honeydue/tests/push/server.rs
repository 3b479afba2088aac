//! The application over HTTP, on a database and vendors of its own.

use std::ops::Deref;

use honeydue::error;
use honeydue::notifications::{Category, Delivery, NewNotification};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::common::vendor::{Answer, Received, TokenServer, Vendor};
use crate::common::{PASSWORD, TestApp, keys};

/// The application, and the vendors it knows.
pub struct Server {
    app: TestApp,
    pub apple: Vendor,
    pub google: Vendor,
}

impl Deref for Server {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.app
    }
}

/// Somebody who has signed up.
pub struct User {
    pub id: i64,
    session: String,
}

impl Server {
    /// With vendors that answer by these functions.
    pub async fn start(
        apple: impl Fn(&Received) -> Answer + Send + Sync + 'static,
        google: impl Fn(&Received) -> Answer + Send + Sync + 'static,
    ) -> Server {
        let (apple, google, tokens) =
            (Vendor::start(apple).await, Vendor::start(google).await, TokenServer::start().await);
        let variables = keys::variables(&apple.url, &google.url, &tokens.url);
        Server::with(&variables, apple, google).await
    }

    /// Without what vendors ask for.
    pub async fn without_vendors() -> Server {
        Server::with(&[], Vendor::answering([]).await, Vendor::answering([]).await).await
    }

    async fn with(variables: &[(&'static str, String)], apple: Vendor, google: Vendor) -> Server {
        Server { app: TestApp::start_with(variables).await, apple, google }
    }

    pub async fn sign_up(&self, name: &str) -> User {
        let input = json!({ "email": format!("{name}@example.com"), "name": name, "password": PASSWORD });
        let (status, session) = self.send(None, Method::POST, "/api/auth/sign-up", Some(input)).await;
        assert_eq!(status, StatusCode::CREATED, "{session}");
        let token = session["token"].as_str().unwrap().to_owned();
        User { id: session["user"]["id"].as_i64().unwrap(), session: token }
    }

    pub async fn get(&self, user: &User, path: &str) -> (StatusCode, Value) {
        self.send(Some(user), Method::GET, path, None).await
    }

    pub async fn post(&self, user: &User, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(Some(user), Method::POST, path, Some(body)).await
    }

    pub async fn delete(&self, user: &User, path: &str) -> StatusCode {
        self.send(Some(user), Method::DELETE, path, None).await.0
    }

    /// The status and the JSON of an answer; `null` where there is none.
    pub async fn send(
        &self,
        user: Option<&User>,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = self.app.request(method, path);
        if let Some(user) = user {
            request = request.bearer_auth(&user.session);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (response.status(), response.json().await.unwrap_or_default())
    }

    /// Registers a device, and returns its id.
    pub async fn register(&self, user: &User, platform: &str, token: &str) -> i64 {
        let input = json!({ "platform": platform, "push_token": token });
        let (status, device) = self.post(user, "/api/devices/", input).await;
        assert_eq!(status, StatusCode::CREATED, "{device}");
        device["id"].as_i64().unwrap()
    }

    /// Tells a user something, and returns its id.
    pub async fn notify(&self, user: &User, category: Category) -> i64 {
        let (title, body) = ("Due".to_owned(), "Clean the gutters".to_owned());
        let notification = NewNotification { user_id: user.id, task_id: None, category, title, body };
        self.app.app.notifications.notify(notification).await.unwrap()
    }

    /// Pushes it, as the job does.
    pub async fn deliver(&self, notification: i64) -> error::Result<Delivery> {
        self.telemetry.root("job").run(self.app.app.notifications.deliver(notification)).await
    }
}
