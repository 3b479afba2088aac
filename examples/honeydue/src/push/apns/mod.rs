//! Apple's push service: HTTP/2, authenticated by a token of our own.

mod provider_token;
mod reason;

pub use reason::Reason;

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Deserialize;
use serde_json::{Value, json};
use spanweave::{Ctx, traced_client};
use uuid::Uuid;

use self::provider_token::ProviderToken;
use super::{Message, PushError, PushToken, http};
use crate::config::{ApnsConfig, ConfigError};
use crate::time::Timestamp;

/// How long Apple tries to reach a device that is switched off.
const KEPT_FOR: Duration = Duration::from_hours(24);
/// At once, and with a sound.
const IMMEDIATELY: &str = "10";

/// A client of Apple's push service for one app.
#[derive(Clone)]
pub struct ApnsClient {
    http: reqwest::Client,
    url: String,
    topic: String,
    provider_token: Arc<ProviderToken>,
    timeout: Duration,
}

impl ApnsClient {
    /// Of the app that is configured.
    ///
    /// # Errors
    ///
    /// The URL is none of HTTP, the topic no header's value, or the key none of ES256.
    pub fn new(config: &ApnsConfig) -> Result<ApnsClient, ConfigError> {
        if HeaderValue::from_str(&config.topic).is_err() {
            let problem = "it has characters that no bundle id has".to_owned();
            return Err(ConfigError::Bad { variable: "APNS_TOPIC", problem });
        }
        let (http, url) = http::client("APNS_URL", &config.url)?;
        let provider_token = Arc::new(ProviderToken::new(config)?);
        Ok(ApnsClient { http, url, topic: config.topic.clone(), provider_token, timeout: http::TIMEOUT })
    }

    /// With another time than ten seconds for an answer.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> ApnsClient {
        ApnsClient { timeout, ..self }
    }
}

// Each method's span is the request's, and all that is told of it: the path has the device's token.
#[traced_client]
impl ApnsClient {
    /// Sends a message.
    ///
    /// # Errors
    ///
    /// Apple did not take it.
    #[traced(name = "apns.Send", metric = "apns_send_duration_seconds", fields(topic = self.topic.as_str()))]
    pub async fn send(&self, token: &PushToken, message: &Message) -> Result<(), PushError> {
        self.deliver(token, message).await.inspect_err(PushError::tell_reason)
    }

    /// Sends a message that has the buttons of its category.
    ///
    /// # Errors
    ///
    /// Apple did not take it.
    #[traced(name = "apns.SendWithCategory", metric = "apns_send_duration_seconds", fields(topic = self.topic.as_str()))]
    pub async fn send_with_category(&self, token: &PushToken, message: &Message) -> Result<(), PushError> {
        self.deliver(token, message).await.inspect_err(PushError::tell_reason)
    }

    /// Once more, where our own token is what Apple does not take.
    async fn deliver(&self, token: &PushToken, message: &Message) -> Result<(), PushError> {
        let payload = payload(message);
        let authorization = self.provider_token.current(Timestamp::now())?;
        let Some(refusal) = self.post(token, message, &payload, authorization.clone()).await? else {
            return Ok(());
        };
        if !refusal.reason.is_of_provider_token() {
            return Err(refusal.into());
        }
        let Some(renewed) = self.provider_token.renewed(&authorization, Timestamp::now())? else {
            return Err(refusal.into());
        };
        let refusal = self.post(token, message, &payload, renewed).await?;
        refusal.map_or(Ok(()), |refusal| Err(refusal.into()))
    }

    async fn post(
        &self,
        token: &PushToken,
        message: &Message,
        payload: &Value,
        authorization: HeaderValue,
    ) -> Result<Option<Refusal>, PushError> {
        let request = self
            .http
            .post(format!("{}/3/device/{}", self.url, token.expose()))
            .timeout(self.timeout)
            .header(AUTHORIZATION, authorization)
            .header("apns-id", Uuid::new_v4().to_string())
            .header("apns-topic", &self.topic)
            .header("apns-push-type", "alert")
            .header("apns-priority", IMMEDIATELY)
            .header("apns-expiration", Timestamp::now().plus(KEPT_FOR).seconds())
            .header("apns-collapse-id", message.collapse_id())
            .json(payload);
        let response = request.send().await?;
        let status = response.status();
        Ctx::current().set("status_code", status.as_u16());
        if status.is_success() {
            return Ok(None);
        }
        let retry_after = http::retry_after(&response);
        let reason = http::json(response).await?.map_or(Reason::Other, |Answer { reason }| reason);
        Ok(Some(Refusal { status, reason, retry_after }))
    }
}

fn payload(message: &Message) -> Value {
    let mut aps = json!({ "alert": { "title": message.title, "body": message.body }, "sound": "default" });
    if let Some(category) = message.category {
        aps["category"] = category.into();
    }
    json!({ "aps": aps, "notification_id": message.notification_id, "task_id": message.task_id })
}

#[derive(Deserialize)]
struct Answer {
    reason: Reason,
}

struct Refusal {
    status: StatusCode,
    reason: Reason,
    retry_after: Option<Duration>,
}

impl From<Refusal> for PushError {
    fn from(Refusal { status, reason, retry_after }: Refusal) -> PushError {
        let is_unknown = reason == Reason::Other;
        if reason.is_gone() {
            PushError::Gone { reason: reason.name() }
        } else if reason.is_of_device_token() {
            PushError::BadToken { reason: reason.name() }
        } else if reason.is_transient() || (is_unknown && http::is_transient(status)) {
            PushError::Unavailable { reason: reason.name(), retry_after }
        } else {
            PushError::Refused { reason: reason.name() }
        }
    }
}
