//! A span of ours as the application's subscriber of `tracing` sees it, where the feature `tracing-spans` is on.

#[cfg(not(feature = "tracing-spans"))]
mod off;
#[cfg(feature = "tracing-spans")]
mod on;

#[cfg(not(feature = "tracing-spans"))]
pub(crate) use self::off::{SiteCallsite, TracingSpan};
#[cfg(feature = "tracing-spans")]
pub(crate) use self::on::{SiteCallsite, TracingSpan};
