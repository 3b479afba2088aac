//! Requests that are sent with reqwest: a CLIENT span for each, and the trace's headers on it.
//!
//! [`TraceMiddleware`] is a middleware of [`reqwest_middleware`]. It belongs to no handle: a request is in the trace of the
//! context that it is sent in.
//!
//! ```
//! use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
//! use spanweave::http_client::{TraceMiddleware, UrlTemplate};
//!
//! struct Push {
//!     client: ClientWithMiddleware,
//! }
//!
//! impl Push {
//!     fn new() -> Push {
//!         Push { client: ClientBuilder::new(reqwest::Client::new()).with(TraceMiddleware::new()).build() }
//!     }
//!
//!     async fn send(&self, token: &str) -> Result<u16, reqwest_middleware::Error> {
//!         let url = format!("https://push.example/3/device/{token}");
//!         let request = self.client.post(url).with_extension(UrlTemplate("/3/device/{token}"));
//!         Ok(request.send().await?.status().as_u16())
//!     }
//! }
//! ```
//!
//! A span named `POST /3/device/{token}` is all that is seen of it: the token is in no span, label or log.

mod error;
mod exchange;
mod known;
mod middleware;
mod sending;
mod shown_url;

pub use self::middleware::TraceMiddleware;

/// The template of a request's path, for its span: `/v1/projects/{id}/messages:send`.
///
/// An extension of a request: `client.post(url).with_extension(UrlTemplate("…"))`. With it the span is named
/// `{method} {template}` and shows the template in place of the path, which may hold what is nobody's business. It is a text of
/// the program's source, as there are to be few of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UrlTemplate(pub &'static str);
