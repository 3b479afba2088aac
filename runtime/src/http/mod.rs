//! HTTP with axum, and any service of tower's: a layer that makes every request a trace, `Ctx` as an extractor, `/metrics`
//! and the health routes.
//!
//! ```
//! use axum::{Router, routing::get};
//! use spanweave::{Ctx, Telemetry};
//!
//! # fn app() -> Result<Router, spanweave::ConfigError> {
//! let telemetry = Telemetry::from_env()?;
//! let app: Router = Router::new()
//!     .route("/api/tasks/", get(|ctx: Ctx| async move { format!("{:?}", ctx.trace_id()) }))
//!     .merge(telemetry.routes())
//!     .layer(telemetry.http_layer());
//! # Ok(app)
//! # }
//! ```

mod accept;
mod access;
mod active;
mod address;
mod body;
#[cfg(feature = "gzip")]
mod coding;
mod endpoints;
mod forwarded;
mod grammar;
mod layer;
mod notes;
mod protocol;
mod request_id;
mod route;
mod served;
mod service;
mod shown;
mod wrapped;

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;

pub(crate) use self::active::ActiveRequests;
pub use self::body::HttpBody;
pub use self::layer::{HttpLayer, PlainBody};
pub use self::service::{HttpService, ResponseFuture};
pub use self::wrapped::{WrappedBody, WrappedFuture};

use crate::ctx::Ctx;

/// The request's context: the current one, which [`HttpLayer`] has made the request's.
impl<S: Sync> FromRequestParts<S> for Ctx {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Ctx, Infallible> {
        Ok(Ctx::current())
    }
}
