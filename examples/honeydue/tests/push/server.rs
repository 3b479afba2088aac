//! The application with vendors of its own.

use honeydue::error;
use honeydue::notifications::{Category, Delivery, NewNotification, NotificationRepository};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use spanweave::testing::TestTelemetry;

use crate::common::vendor::{Answer, Received, TokenServer, Vendor};
use crate::common::{TestApp, User, keys};

pub struct Server {
    pub apple: Vendor,
    pub google: Vendor,
    app: TestApp,
}

impl Server {
    /// With vendors that answer by these functions.
    pub async fn start(
        apple: impl Fn(&Received) -> Answer + Send + Sync + 'static,
        google: impl Fn(&Received) -> Answer + Send + Sync + 'static,
    ) -> Server {
        let (apple, google) = (Vendor::start(apple).await, Vendor::start(google).await);
        let tokens = TokenServer::start().await;
        let app = TestApp::start_with(&keys::variables(&apple.url, &google.url, &tokens.url)).await;
        Server { apple, google, app }
    }

    pub fn telemetry(&self) -> &TestTelemetry {
        &self.app.telemetry
    }

    /// Somebody new.
    pub async fn user(&self) -> User<'_> {
        self.app.user().await
    }

    /// A request of nobody.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.app.request(method, path)
    }

    /// Registers a device, and returns its id.
    pub async fn register(&self, user: &User<'_>, platform: &str, token: &str) -> i64 {
        let device = user.post("/api/devices/", &json!({ "platform": platform, "push_token": token })).await;
        device["id"].as_i64().unwrap()
    }

    /// Writes down what a user is told, and returns its id.
    pub async fn notify(&self, user: &User<'_>, category: Category) -> i64 {
        notify(&self.app, user, category).await
    }

    /// Pushes it, as the job does.
    pub async fn deliver(&self, notification: i64) -> error::Result<Delivery> {
        deliver(&self.app, notification).await
    }
}

pub async fn notify(app: &TestApp, user: &User<'_>, category: Category) -> i64 {
    let (title, body) = ("Due".to_owned(), "Clean the gutters".to_owned());
    let notification = NewNotification { user_id: user.id, task_id: None, category, title, body };
    let mut connection = app.app.pool.acquire().await.unwrap();
    NotificationRepository::insert(&mut connection, &notification).await.unwrap()
}

pub async fn deliver(app: &TestApp, notification: i64) -> error::Result<Delivery> {
    app.telemetry.root("job").run(app.app.notifications.deliver(notification)).await
}

/// The status and the JSON of an answer; `null` where there is none.
pub async fn answered(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap_or_default())
}
