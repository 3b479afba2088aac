//! A telephone that talks to the API.

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::error::StartError;

/// Somebody's telephone, with the token of a session once they have signed up.
pub(super) struct Client {
    url: String,
    http: reqwest::Client,
    token: String,
}

impl Client {
    pub(super) fn new(url: &str) -> Client {
        Client { url: url.to_owned(), http: reqwest::Client::new(), token: String::new() }
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, StartError> {
        read(self.request(Method::GET, path)).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, StartError> {
        read(self.request(Method::POST, path).json(body)).await
    }

    /// Signs up or logs in.
    pub(super) async fn begin_session(&mut self, path: &str, body: &Value) -> Result<(), StartError> {
        let session = self.post(path, body).await?;
        session["token"].as_str().ok_or("a session without a token")?.clone_into(&mut self.token);
        Ok(())
    }

    pub(super) async fn upload(
        &self,
        residence_id: i64,
        name: &str,
        content: Vec<u8>,
    ) -> Result<Value, StartError> {
        let file = Part::bytes(content).file_name(name.to_owned());
        let form = Form::new().text("residence_id", residence_id.to_string()).part("file", file);
        read(self.request(Method::POST, "/api/documents/").multipart(form)).await
    }

    pub(super) async fn new_task(&self, residence_id: i64, title: &str) -> Result<i64, StartError> {
        let task = self.post("/api/tasks/", &json!({ "residence_id": residence_id, "title": title })).await?;
        id(&task)
    }
}

pub(super) fn id(object: &Value) -> Result<i64, StartError> {
    object["id"].as_i64().ok_or_else(|| "an object without an id".into())
}

async fn read(request: RequestBuilder) -> Result<Value, StartError> {
    Ok(request.send().await?.error_for_status()?.json().await?)
}
