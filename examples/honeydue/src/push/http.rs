//! What both vendors' clients have in common: HTTP/2, patience, and how much of an answer is read.
//!
//! Requests carry no trace context: it would tell vendors of our traces, and they do nothing with it.

use std::time::{Duration, SystemTime};

use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use serde::de::DeserializeOwned;

use super::PushError;
use crate::config::ConfigError;

/// How long an answer may take. The client of a vendor can be given another.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Refusals are a few hundred bytes long.
const MAX_ANSWER_BYTES: usize = 16 << 10;
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);

/// A client of the service at a URL, and the URL without a slash at its end. What is not encrypted, as in tests, is
/// HTTP/2 from the first byte on.
pub(super) fn client(variable: &'static str, url: &str) -> Result<(Client, String), ConfigError> {
    let bad = |problem: &str| ConfigError::Bad { variable, problem: problem.to_owned() };
    let scheme = Url::parse(url).map_err(|error| bad(&error.to_string()))?.scheme().to_owned();
    // A vendor redirects nobody, and a token is for nobody else.
    let builder = Client::builder().redirect(Policy::none()).connect_timeout(CONNECT_TIMEOUT);
    let builder = match scheme.as_str() {
        "https" => builder,
        "http" => builder.http2_prior_knowledge(),
        _ => return Err(bad("it begins with none of https:, http:")),
    };
    let client = builder.build().map_err(|_| bad("no client could be made for it"))?;
    Ok((client, url.trim_end_matches('/').to_owned()))
}

/// The JSON of an answer, if it is some, and short.
pub(super) async fn json<T: DeserializeOwned>(mut response: Response) -> Result<Option<T>, PushError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(serde_json::from_slice(&body).ok())
}

/// How long the service wants to be left alone: `Retry-After` in seconds or as a date.
pub(super) fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    let asked = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(SystemTime::now()).ok()?,
    };
    Some(asked.min(MAX_RETRY_AFTER))
}

/// Whether a status says that the same may be taken later, for answers that do not say why.
pub(super) fn is_transient(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}
