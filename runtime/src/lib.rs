//! One attribute per impl block: a span, a histogram and an outcome for every service and repository method.
#![deny(missing_docs)]

mod call;
mod clock;
mod collect;
mod core;
mod ctx;
mod histogram;
mod ids;
mod key;
mod method;
mod names;
mod outcome;
mod propagate;
mod record;
mod registry;
mod root;
mod slab;
mod span;
mod telemetry;
mod trace;

#[cfg(feature = "axum")]
pub mod http;
#[cfg(feature = "sqlx")]
pub mod sql;
pub mod testing;

pub use call::Traced;
pub use ctx::{Ctx, InCtx, WithCtx};
pub use method::Method;
pub use outcome::{AnyReturn, AnyReturns, Classify, Outcome, ResultReturn, Returns};
pub use record::FieldValue;
pub use root::{Root, RootFuture};
pub use spanweave_macros::{repo, traced_service};
pub use telemetry::{ConfigError, MethodSummary, Telemetry, TelemetryBuilder};
