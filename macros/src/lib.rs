//! The attributes of [spanweave](https://docs.rs/spanweave): `#[traced_service]`, `#[repo]`, `#[traced_client]`,
//! `#[traced_job]`, `#[traced]`, `#[derive(ErrorClass)]` and `#[derive(LabelValue)]`. They are re-exported there, and generated code names the runtime
//! as `::spanweave`.
//!
//! # How an attribute becomes code
//!
//! `pipeline`: attribute tokens → `args`, item tokens → `item`, both → `model` → `rewrite` → `check` → `expand`, or `fallback` for
//! what cannot be read. Reading checks form only; `check` holds every rule over more than one fact; expansion cannot fail.
#![deny(missing_docs)]

mod args;
mod check;
mod derive;
mod error_class;
mod errors;
mod expand;
mod fallback;
mod item;
mod label_value;
mod model;
mod pipeline;
mod preset;
mod rewrite;

use proc_macro::TokenStream;

use crate::pipeline::Features;
use crate::preset::Preset;

/// Traces the methods of a service: one INTERNAL span, one latency and one outcome per call.
///
/// It stands on an impl block, on a trait, on an impl of a trait, or on a function, and changes no signature, no call and no
/// value:
///
/// ```
/// # use spanweave::{repo, traced_service};
/// # pub struct Tasks;
/// # #[repo]
/// # impl Tasks {
/// #     pub async fn of_user(&self, user_id: i64) -> Result<Vec<i64>, std::fmt::Error> { Ok(vec![user_id]) }
/// # }
/// pub struct TaskService {
///     tasks: Tasks,
/// }
///
/// #[traced_service(calls(tasks))]
/// impl TaskService {
///     pub async fn list(&self, user_id: i64) -> Result<Vec<i64>, std::fmt::Error> {
///         Ok(self.tasks.of_user(user_id).await?)
///     }
/// }
/// ```
///
/// `list` becomes, in essence,
///
/// ```text
/// pub fn list(&self, user_id: i64) -> impl Future<Output = Result<Vec<i64>, std::fmt::Error>> {
///     LIST.call(Ctx::current()).run(class, async move {
///         let ctx = Ctx::current();
///         { Ok(self.tasks.of_user_ctx(ctx, user_id).await?) }
///     })
/// }
/// ```
///
/// where `LIST` is a `static` beside the block. In a block of its own stands its twin, with the context in its signature:
///
/// ```text
/// pub fn list_ctx(&self, ctx: Ctx, user_id: i64) -> impl Future<Output = Result<Vec<i64>, std::fmt::Error>> {
///     ctx.enter(move || self.list(user_id))
/// }
/// ```
///
/// A method of which another attribute (`#[instrument]`, `#[async_trait]`, …) must see an `async fn` stays one, and awaits
/// the call inside. On a trait the twins are provided methods, so that no implementor has to change.
///
/// # Which methods
///
/// Those that are `async`, or return a future or a stream (they are then timed to its end), and that others can call: `pub` in
/// any way, or a trait's. A private or synchronous one with `#[traced]` on it, or all synchronous ones with `sync` on the block.
/// All else is left exactly as it is. If you write `list_ctx(&self, ctx: Ctx, …)` yourself and no `list`, yours is the
/// traced method, called in the given context, and `list` is written for you.
///
/// # Options of the block
///
/// | option | |
/// |---|---|
/// | `calls(tasks, users)` | Calls on these fields of `self` take the context along, through the twin of the called method: where they are awaited directly, and where they are arguments of `join!`, `try_join!` or `select!`. |
/// | `strict` | An awaited call on a field that is in neither `calls` nor `untraced` is an error. |
/// | `untraced(cache)` | Fields that are no collaborators. |
/// | `name = "Tasks"` | The type's name in spans and metrics. |
/// | `sync` | Synchronous methods are traced as well. |
/// | `sql` | Statements of sqlx get their own span, as with [`macro@repo`]. |
/// | `crate = path` | Where spanweave is found. |
///
/// # Options of a method
///
/// | option | |
/// |---|---|
/// | `#[traced(skip = "reason")]` | The method is left exactly as it is; its twin passes the context on. |
/// | `#[traced(name = "span name")]` | The name of its span. |
/// | `#[traced(fields(user_id, rows = items.len()))]` | Attributes of its span, read before the body runs. Nothing is recorded that is not listed. |
/// | `#[traced(metric = "upload_duration_seconds", labels(bucket = self.bucket.as_str()))]` | A histogram of its own, with these labels and `result`. |
/// | `#[traced(counter(uploaded_bytes_total = content.len()))]` | A counter of its own, with the same labels, and what a call adds to it. |
/// | `#[traced(sql = off)]` | Its SQL is left alone. |
///
/// An attribute on a function has a method's options, without `skip`, and `calls(app.tasks)` and `crate`.
#[proc_macro_attribute]
pub fn traced_service(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(&preset::SERVICE, args.into(), item.into()).into()
}

/// Traces the methods of a repository, and each of its SQL statements as a CLIENT child.
///
/// Everything that [`macro@traced_service`] says holds here, its options too; and `sql` is on. The one argument of
/// `fetch_all`, `fetch_one`, `fetch_optional`, `fetch`, `fetch_many`, `execute` and `execute_many` is then given to
/// the context of the call, where the expression in front names a query of sqlx (`query…`, `raw_sql`, what a
/// `QueryBuilder` builds) or is a variable that was bound to one; and `begin`, `commit`, `rollback` and `acquire` are watched
/// where they are awaited directly:
///
/// ```text
/// sqlx::query_as("SELECT …").bind(id).fetch_all(&self.pool).await                               // before
/// sqlx::query_as("SELECT …").bind(id).fetch_all(ctx.sql(&self.pool).literal(&__SQL[0])).await   // after
/// ```
///
/// What has a variable with a transaction among its arguments is in the transaction's span. The types decide what is of sqlx.
/// Pools, transactions, connections and generic executors stay what they are.
///
/// ```
/// # use spanweave::repo;
/// pub struct TaskRepository {
///     titles: Vec<String>,
/// }
///
/// #[repo]
/// impl TaskRepository {
///     #[traced(fields(id))]
///     pub async fn title(&self, id: usize) -> Option<&str> {
///         self.titles.get(id).map(String::as_str)
///     }
///
///     #[traced(skip = "called for every row")]
///     pub async fn count(&self) -> usize {
///         self.titles.len()
///     }
/// }
/// ```
#[proc_macro_attribute]
pub fn repo(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(&preset::REPO, args.into(), item.into()).into()
}

/// Traces calls of other systems, such as storage, push or mail: CLIENT spans, `kind="client"`.
///
/// Everything that [`macro@traced_service`] says holds here, its options too.
///
/// ```
/// # use spanweave::traced_client;
/// pub struct Storage {
///     bucket: String,
/// }
///
/// #[traced_client]
/// impl Storage {
///     #[traced(metric = "upload_duration_seconds", labels(bucket = self.bucket.as_str()))]
///     pub async fn upload(&self, object: Vec<u8>) -> Result<usize, std::io::Error> {
///         Ok(object.len())
///     }
/// }
/// ```
#[proc_macro_attribute]
pub fn traced_client(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(&preset::CLIENT, args.into(), item.into()).into()
}

/// Traces work that was enqueued: CONSUMER spans, `kind="job"`. For queues of one's own: with apalis the layer of the worker,
/// `Telemetry::job_layer`, makes the CONSUMER span, and a second one below it would be the same job twice.
///
/// Everything that [`macro@traced_service`] says holds here, its options too.
///
/// ```
/// # use spanweave::traced_job;
/// #[traced_job(name = "clean up")]
/// pub async fn clean_up(older_than_days: u32) -> u32 {
///     older_than_days
/// }
/// ```
#[proc_macro_attribute]
pub fn traced_job(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(&preset::JOB, args.into(), item.into()).into()
}

/// Traces a function, synchronous or not: INTERNAL spans, `kind="function"`.
///
/// In the place of a type, spans and metrics have the last part of the module's path. Its options are those of a method, without
/// `skip`, and `calls(app.tasks)`, `crate = path` and `sql`.
///
/// On a method of a block that has an attribute of its own, `#[traced]` is where the method's options are.
///
/// ```
/// # use spanweave::traced;
/// #[traced(fields(rows = rows.len()))]
/// fn sum(rows: &[u64]) -> u64 {
///     rows.iter().sum()
/// }
/// ```
#[proc_macro_attribute]
pub fn traced(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(&preset::FUNCTION, args.into(), item.into()).into()
}

/// Derives `spanweave::ErrorClass` for an enum of errors: each variant is a class, named as in `snake_case`, or by
/// `#[error_class("…")]`; with `#[error_class(inner)]` it has the class of its one field.
///
/// ```
/// use spanweave::ErrorClass;
///
/// #[derive(ErrorClass)]
/// enum StorageError {
///     Full,
///     #[error_class("io")]
///     Broken(std::io::Error),
/// }
///
/// assert_eq!(StorageError::Full.error_class(), "full");
/// ```
#[proc_macro_derive(ErrorClass, attributes(error_class))]
pub fn error_class(item: TokenStream) -> TokenStream {
    error_class::derive(item.into()).into()
}

/// Derives `spanweave::LabelValue` for an enum without fields: the value of each variant is its name as in `snake_case`, or
/// what `#[label_value("…")]` says.
///
/// ```
/// use spanweave::LabelValue;
///
/// #[derive(LabelValue)]
/// enum Priority {
///     High,
///     #[label_value("usual")]
///     Medium,
/// }
///
/// assert_eq!(Priority::Medium.label_value(), "usual");
/// ```
#[proc_macro_derive(LabelValue, attributes(label_value))]
pub fn label_value(item: TokenStream) -> TokenStream {
    label_value::derive(item.into()).into()
}

/// The features are asked for here, where they are the user's choice; the pipeline is given them.
fn attribute(
    preset: &'static Preset,
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    let features = Features { enable: cfg!(feature = "enable"), sqlx: cfg!(feature = "sqlx") };
    pipeline::expand(preset, args, item, features)
}

#[cfg(test)]
mod snapshot;
#[cfg(test)]
mod tests;
