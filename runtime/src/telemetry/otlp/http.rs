//! OTLP over HTTP, in protobuf.

use std::error::Error;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use prost::bytes::Bytes;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use super::answers::{Reply, of_status, taken};
use super::exporter::{Transport, USER_AGENT};
use super::limit::Limit;
use crate::telemetry::export::Answer;

/// More than a collector has to say.
const MOST_OF_A_RESPONSE: usize = 64 << 10;

pub(super) struct Http {
    client: Client,
    url: Url,
    gzip: bool,
}

impl Http {
    pub(super) fn new(url: &str, timeout: Duration, gzip: bool) -> Result<Http, String> {
        let url = Url::parse(url).map_err(|error| format!("its URL is malformed: {error}"))?;
        let client = Client::builder()
            .connect_timeout(timeout)
            .user_agent(USER_AGENT)
            // Wherever it would lead, the token is not meant for it.
            .redirect(Policy::none())
            .retry(reqwest::retry::never());
        let client = client.build().map_err(|error| chain(&error))?;
        Ok(Http { client, url, gzip })
    }

    /// The number of spans that were rejected is in the body. The batch was taken, whether that can be read or not.
    async fn read(&self, response: Response, limit: &Limit<'_>) -> Reply {
        let body = limit.run(body(response)).await.ok().flatten().unwrap_or_default();
        taken(&ExportTraceServiceResponse::decode(&*body).unwrap_or_default())
    }
}

impl Transport for Http {
    type Load = Bytes;

    fn load(&self, request: ExportTraceServiceRequest) -> Bytes {
        let body = request.encode_to_vec();
        if self.gzip { compressed(&body) } else { body.into() }
    }

    async fn send(&self, load: &Bytes, mut headers: HeaderMap, limit: &Limit<'_>) -> Reply {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
        headers.remove(header::CONTENT_ENCODING);
        if self.gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        let request = self.client.post(self.url.clone()).headers(headers).body(load.clone());
        let why = match limit.run(request.send()).await {
            Ok(Ok(response)) if response.status().is_success() => return self.read(response, limit).await,
            Ok(Ok(response)) => return of_status(response.status(), response.headers()),
            Ok(Err(error)) => chain(&error.without_url()),
            Err(why) => why,
        };
        Reply::Final(Answer::Retry { after: None, why })
    }
}

#[cfg(feature = "gzip")]
fn compressed(body: &[u8]) -> Bytes {
    crate::gzip::compressed(body).into()
}

#[cfg(not(feature = "gzip"))]
fn compressed(body: &[u8]) -> Bytes {
    Bytes::copy_from_slice(body)
}

/// The body of a response; `None` where it breaks off, or is too long to be one.
async fn body(mut response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.ok()? {
        if body.len() + part.len() > MOST_OF_A_RESPONSE {
            return None;
        }
        body.extend_from_slice(&part);
    }
    Some(body)
}

/// An error with what is behind it, which alone says what is wrong.
pub(super) fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
