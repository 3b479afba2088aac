//! Somebody who talks to the API.

use reqwest::Method;
use serde_json::{Value, json};

use crate::process::Process;

pub const PASSWORD: &str = "correct horse battery staple";

pub struct User {
    client: reqwest::Client,
    url: String,
    pub token: String,
}

impl User {
    pub async fn sign_up(api: &Process) -> User {
        let mut user = User { client: reqwest::Client::new(), url: api.url.clone(), token: String::new() };
        let input = json!({ "email": "ann@example.org", "name": "Ann", "password": PASSWORD });
        let session = user.post("/api/auth/sign-up", &input).await;
        session["token"].as_str().unwrap().clone_into(&mut user.token);
        user
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    pub async fn post(&self, path: &str, input: &Value) -> Value {
        let response = self.request(Method::POST, path).json(input).send().await.unwrap();
        let status = response.status();
        let body = response.text().await.unwrap();
        assert!(status.is_success(), "{status}: {body}");
        serde_json::from_str(&body).unwrap()
    }
}

/// What is at an address.
pub async fn get(url: String) -> String {
    let response = reqwest::get(url).await.unwrap().error_for_status().unwrap();
    response.text().await.unwrap()
}
