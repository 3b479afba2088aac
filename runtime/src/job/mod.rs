//! Jobs with apalis: what enqueues one captures its context, and a layer of the worker makes every attempt at one a span, a
//! duration and an outcome.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use apalis_core::backend::memory::MemoryStorage;
//! use apalis_core::error::BoxDynError;
//! use apalis_core::worker::{builder::WorkerBuilder, context::WorkerContext};
//! use spanweave::job::TracedSink;
//! use spanweave::testing::TestTelemetry;
//!
//! struct SendReminder {
//!     user_id: i64,
//! }
//!
//! async fn send_reminder(_: SendReminder, worker: WorkerContext) -> Result<(), BoxDynError> {
//!     Ok(worker.stop()?)
//! }
//!
//! let telemetry = TestTelemetry::new();
//! let mut jobs = MemoryStorage::new();
//! telemetry.root("POST /api/tasks/").try_run(jobs.push_traced(SendReminder { user_id: 1 })).await?;
//!
//! let worker = WorkerBuilder::new("reminders").backend(jobs).layer(telemetry.job_layer()).build(send_reminder);
//! worker.run().await?;
//! assert_eq!(
//!     telemetry.span_tree(),
//!     "POST /api/tasks/\n  job.enqueue:send_reminder\n    job.handle:send_reminder\n"
//! );
//! # Ok::<(), BoxDynError>(()) }).unwrap();
//! ```
//!
//! # The order of layers
//!
//! The layer that is added first is the outermost. What makes several attempts of a job belongs before ours, what ends a
//! single one behind it.
//!
//! | layer of apalis | before ours, outside | behind ours, inside |
//! |---|---|---|
//! | `.retry(…)` | **each attempt is a span of its own** | all attempts are one |
//! | `.catch_panic()` | **the attempt has ended as `panicked`** | it is an `error` of the class `aborted` |
//! | `.timeout(…)` | it is `cancelled` | **it is an `error` of the class `timeout`** |

mod enqueued;
mod failure;
mod layer;
mod payload;
mod service;
mod sink;
mod spans;
mod task_type;

pub use self::enqueued::Enqueued;
pub use self::layer::JobLayer;
pub use self::payload::{AsJson, PayloadSize, Unmeasured};
pub use self::service::{JobFuture, JobService};
pub use self::sink::TracedSink;
