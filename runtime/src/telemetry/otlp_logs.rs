//! The exporter of a handle's log records, beside that of its spans: to the same collector, with the same headers.

use std::fmt;
use std::pin::Pin;
use std::thread;
use std::time::Duration;

use http::{HeaderMap, header};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{LogExporter, Protocol, WithExportConfig, WithHttpConfig};
use parking_lot::Mutex;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;

use super::config::{ConfigError, logs_url};
use super::otlp::{OtlpTarget, Protocol as Carrier, Token, USER_AGENT};

/// Over HTTP.
pub(super) fn log_exporter(target: OtlpTarget) -> Result<LogExporter, ConfigError> {
    if target.protocol == Carrier::Grpc {
        let why = "logs are exported over HTTP alone, and the handle's spans over gRPC";
        return Err(ConfigError::Exporter(why.to_owned()));
    }
    LogExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(logs_url(&target.url))
        .with_timeout(target.timeout)
        .with_http_client(OwnHeaders::new(target).map_err(ConfigError::Exporter)?)
        .build()
        .map_err(|error| ConfigError::Exporter(error.to_string()))
}

/// A client that sends the headers of the handle, and of others only what says what the body is: those of the environment,
/// which `opentelemetry-otlp` reads itself, have been weighed against the code's before. It reads the compression as well,
/// and follows it where anything in the application's tree has turned its feature on.
struct OwnHeaders {
    client: Client,
    headers: HeaderMap,
    token: Option<Mutex<Token>>,
}

impl OwnHeaders {
    fn new(target: OtlpTarget) -> Result<OwnHeaders, String> {
        Ok(OwnHeaders {
            client: client(target.timeout)?,
            headers: target.headers.into_iter().collect(),
            token: target.token.map(Token::new).transpose()?.map(Mutex::new),
        })
    }

    fn with_headers(&self, mut request: Request<Bytes>) -> Request<Bytes> {
        let mut headers = self.headers.clone();
        headers.extend(self.token.as_ref().map(|token| (header::AUTHORIZATION, token.lock().header())));
        for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING] {
            headers.remove(&name);
            headers.extend(request.headers_mut().remove(&name).map(|value| (name, value)));
        }
        *request.headers_mut() = headers;
        request
    }
}

impl HttpClient for OwnHeaders {
    fn send_bytes<'s, 'f>(
        &'s self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        self.client.send_bytes(self.with_headers(request))
    }
}

impl fmt::Debug for OwnHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().collect();
        f.debug_struct("OwnHeaders").field("headers", &names).finish_non_exhaustive()
    }
}

/// A blocking one, because the SDK's thread has no asynchronous runtime; made on a thread of its own, because it must not
/// be made inside one.
fn client(timeout: Duration) -> Result<Client, String> {
    let client = Client::builder()
        .timeout(timeout)
        .user_agent(USER_AGENT)
        // Wherever it would lead, the token is not meant for it.
        .redirect(Policy::none());
    let making = thread::Builder::new().name("spanweave-client".to_owned()).spawn(move || client.build());
    match making.map_err(|error| error.to_string())?.join() {
        Ok(client) => client.map_err(|error| error.to_string()),
        Err(_) => Err("the HTTP client cannot be made".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderValue, Request, header};
    use opentelemetry_http::Bytes;

    use super::OwnHeaders;
    use crate::telemetry::otlp::{OtlpTarget, Protocol};

    #[test]
    fn what_says_what_the_body_is_goes_along_and_no_other_header() {
        let target = OtlpTarget {
            url: "http://127.0.0.1:9/v1/logs".to_owned(),
            protocol: Protocol::HttpProtobuf,
            headers: vec![
                (header::COOKIE, HeaderValue::from_static("own")),
                (header::CONTENT_ENCODING, HeaderValue::from_static("br")),
            ],
            token: None,
            timeout: Duration::from_secs(1),
            gzip: false,
        };
        let request = Request::builder()
            .header(header::CONTENT_TYPE, "application/x-protobuf")
            .header(header::CONTENT_ENCODING, "gzip")
            .header(header::COOKIE, "of the environment")
            .header(header::AUTHORIZATION, "of the environment");
        let sent = OwnHeaders::new(target).unwrap().with_headers(request.body(Bytes::new()).unwrap());
        let mut headers: Vec<_> = sent
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        headers.sort();
        assert_eq!(
            headers,
            ["content-encoding: gzip", "content-type: application/x-protobuf", "cookie: own"]
        );
    }
}
