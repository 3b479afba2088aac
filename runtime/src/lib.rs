//! Attributes that give every method of a service, repository or client a span, a histogram and an outcome.
//!
//! ```
//! use spanweave::testing::TestTelemetry;
//! use spanweave::{repo, traced_service};
//!
//! struct TaskRepository;
//!
//! #[repo]
//! impl TaskRepository {
//!     pub async fn titles(&self, user_id: i64) -> Result<Vec<String>, std::io::Error> {
//!         Ok(vec![format!("of {user_id}")])
//!     }
//! }
//!
//! struct TaskService {
//!     tasks: TaskRepository,
//! }
//!
//! #[traced_service(calls(tasks))]
//! impl TaskService {
//!     pub async fn list(&self, user_id: i64) -> Result<usize, std::io::Error> {
//!         Ok(self.tasks.titles(user_id).await?.len())
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let telemetry = TestTelemetry::new();
//! let service = TaskService { tasks: TaskRepository };
//! telemetry.root("GET /api/tasks/").run(service.list(1)).await?;
//! assert_eq!(
//!     telemetry.span_tree(),
//!     "GET /api/tasks/\n  TaskService.list\n    TaskRepository.titles\n"
//! );
//! # Ok::<(), std::io::Error>(()) }).unwrap();
//! ```
//!
//! - [`macro@traced_service`] and [`macro@repo`]: the attributes, and what they write.
//! - [`Telemetry`]: the handle an application makes once, configured by a builder or the environment; with the
//!   feature `axum`, the HTTP layer and the operators' routes are made from it.
//! - [`Ctx`]: the context, a number that goes anywhere; with the feature `sqlx`, `Ctx::sql` wraps executors.
//! - [`Keep`]: which traces are kept for how they ended. [`sql::Query`]: statements of other database clients than sqlx.
//! - [`testing`]: span trees and metrics as text.
#![deny(missing_docs)]
#![expect(clippy::inline_always, reason = "measured, each: what a call costs is `docs/performance.md`")]

mod alarm;
mod amount;
mod bounded;
mod buckets;
mod buffer;
mod call;
#[cfg(any(feature = "apalis", feature = "logs", feature = "reqwest-middleware"))]
mod causes;
mod clock;
mod collect;
mod continued;
mod core;
mod counters;
mod ctx;
mod decisions;
mod dropped;
mod exemplars;
mod family;
#[cfg(feature = "gzip")]
mod gzip;
mod handover;
mod histogram;
mod ids;
mod key;
mod label_sets;
mod label_value;
mod labelled;
mod listed;
mod method;
mod names;
mod origin;
mod outbox;
mod outcome;
mod record;
mod registry;
mod repeated;
mod root;
mod site;
mod slab;
mod slot;
mod snapshot;
mod span;
mod sync;
mod telemetry;
mod thread;
mod thread_number;
mod trace;
mod tracing_span;

#[cfg(feature = "axum")]
pub mod http;
#[cfg(feature = "reqwest-middleware")]
pub mod http_client;
#[cfg(any(feature = "axum", feature = "reqwest-middleware"))]
mod http_host;
#[cfg(any(feature = "axum", feature = "reqwest-middleware"))]
mod http_method;
#[cfg(any(feature = "axum", feature = "reqwest-middleware"))]
mod http_status;
#[cfg(any(feature = "axum", feature = "reqwest-middleware"))]
mod http_version;
#[cfg(feature = "apalis")]
pub mod job;
#[cfg(feature = "logs")]
pub mod logs;
pub mod propagate;
pub mod sql;
pub mod testing;

pub use amount::CountedValue;
pub use call::{Call, Traced};
pub use continued::{
    Boxed, BoxedCall, BoxedReturn, Continue, FutureReturn, Opened, Opening, StreamReturn, TracedStream,
};
pub use ctx::{Ctx, Entering, InCtx, WithCtx};
#[doc(hidden)]
pub use inventory;
pub use label_value::LabelValue;
#[doc(hidden)]
pub use listed::Listed;
pub use listed::methods;
pub use method::{Method, MethodKind, MethodOptions};
pub use origin::OriginatedRoot;
pub use outcome::{
    AnyReturn, AnyReturns, ClassedReturn, Classify, ErrorClass, Outcome, PlainReturns, ResultReturn,
    ResultReturns, Returns,
};
pub use record::FieldValue;
pub use root::{Root, RootFuture};
pub use spanweave_macros::{ErrorClass, LabelValue, repo, traced, traced_client, traced_job, traced_service};
pub use telemetry::{
    ConfigError, Configuration, Keep, MethodSummary, MetricsFormat, MetricsSource, Otlp, Propagators,
    Sampler, SpanLimits, Telemetry, TelemetryBuilder,
};
