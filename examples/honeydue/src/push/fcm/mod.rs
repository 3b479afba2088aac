//! Google's push service, version 1 of its HTTP interface.

mod error_code;
mod refusal;

pub use error_code::ErrorCode;

use std::sync::Arc;
use std::time::Duration;

use gcp_auth::{CustomServiceAccount, TokenProvider};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use spanweave::{Ctx, traced_client};

use self::refusal::Refusal;
use super::{Message, PushError, PushToken, http};
use crate::config::{ConfigError, FcmConfig};

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";

/// A client of Google's push service for one project.
#[derive(Clone)]
pub struct FcmClient {
    http: reqwest::Client,
    endpoint: String,
    account: Arc<CustomServiceAccount>,
    timeout: Duration,
}

impl FcmClient {
    /// Of the project that is configured.
    ///
    /// # Errors
    ///
    /// The URL is none of HTTP, or the service account none of a project.
    pub fn new(config: &FcmConfig) -> Result<FcmClient, ConfigError> {
        let bad =
            |problem: &str| ConfigError::Bad { variable: "FCM_SERVICE_ACCOUNT", problem: problem.to_owned() };
        let (http, url) = http::client("FCM_URL", &config.url)?;
        let account = CustomServiceAccount::from_json(config.service_account.expose_secret())
            .map_err(|_| bad("it is no service account's key as JSON"))?;
        let project =
            account.project_id().filter(|id| is_project_id(id)).ok_or_else(|| bad("it has no project_id"))?;
        let endpoint = format!("{url}/v1/projects/{project}/messages:send");
        Ok(FcmClient { http, endpoint, account: Arc::new(account), timeout: http::TIMEOUT })
    }

    /// With another time than ten seconds for an answer.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> FcmClient {
        FcmClient { timeout, ..self }
    }
}

#[traced_client]
impl FcmClient {
    /// Sends a message.
    ///
    /// # Errors
    ///
    /// Google did not take it.
    #[traced(name = "fcm.Send", metric = "fcm_send_duration_seconds")]
    pub async fn send(&self, token: &PushToken, message: &Message) -> Result<(), PushError> {
        self.deliver(token, message).await.inspect_err(PushError::tell_reason)
    }

    async fn deliver(&self, token: &PushToken, message: &Message) -> Result<(), PushError> {
        let access_token = self.access_token().await?;
        let request = self.http.post(&self.endpoint).timeout(self.timeout).bearer_auth(access_token.as_str());
        let response = request.json(&body(token, message)).send().await?;
        let status = response.status();
        Ctx::current().set("status_code", status.as_u16());
        if status.is_success() {
            return Ok(());
        }
        let retry_after = http::retry_after(&response);
        let refusal = http::json::<Refusal>(response).await?.unwrap_or_default();
        Err(refusal.into_error(status, retry_after))
    }

    /// The current token of the service account, which its library keeps and renews.
    async fn access_token(&self) -> Result<Arc<gcp_auth::Token>, PushError> {
        let token = tokio::time::timeout(self.timeout, self.account.token(&[SCOPE]));
        let answered = token.await.map_err(|elapsed| PushError::Credentials(elapsed.into()))?;
        answered.map_err(|error| PushError::Credentials(error.into()))
    }
}

/// Whether it is nothing that changes a URL.
fn is_project_id(id: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':');
    !id.is_empty() && id.bytes().all(is_allowed)
}

fn body(token: &PushToken, message: &Message) -> Value {
    // All values are text, says Google.
    let mut data = json!({ "notification_id": message.notification_id.to_string() });
    if let Some(task_id) = message.task_id {
        data["task_id"] = task_id.to_string().into();
    }
    if let Some(category) = message.category {
        data["category"] = category.into();
    }
    json!({
        "message": {
            "token": token.expose(),
            "notification": { "title": message.title, "body": message.body },
            "android": { "notification": { "tag": message.collapse_id() } },
            "data": data,
        }
    })
}
