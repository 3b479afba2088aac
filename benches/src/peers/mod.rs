//! The yardstick's work, instrumented with other frameworks, each as its own documentation has it.
//!
//! Every one of them has the workload's shape: the root `GET /tasks`, `list_tasks`, and two repository methods with a
//! statement each, awaited in turn. A statement's span carries the same four attributes everywhere, and a framework
//! with metrics measures the three methods. Queues, buckets and intervals keep the framework's
//! defaults where it has any.

pub mod autometrics;
pub mod fastrace;
pub mod foundations;
pub mod opentelemetry_sdk;
pub mod tracing_stack;
