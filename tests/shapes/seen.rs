//! What a test sees of the shapes it runs.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use opentelemetry_sdk::trace::SpanData;
use spanweave::testing::{TestTelemetry, span_tree};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Plain,
    Service,
    Repo,
}

/// Telemetry, and what is to be in it.
pub struct Seen {
    telemetry: TestTelemetry,
    way: Way,
}

impl Seen {
    pub fn new(way: Way) -> Seen {
        Seen { telemetry: TestTelemetry::new(), way }
    }

    pub async fn run<F: Future>(&self, future: F) -> F::Output {
        self.telemetry.root("request").run(future).await
    }

    pub fn in_scope<R>(&self, f: impl FnOnce() -> R) -> R {
        self.telemetry.root("request").in_scope(|_| f())
    }

    /// The tree below the root, and counters that agree with it. Lines that start with `repo: ` are of statements,
    /// which only repositories have; `{way}` is the module of the way.
    #[track_caller]
    pub fn assert(&self, expected: &[&str]) {
        let mut tree = String::from("request\n");
        let (name, is_repo) = match self.way {
            Way::Plain => ("plain", false),
            Way::Service => ("service", false),
            Way::Repo => ("repo", true),
        };
        // Without a statement what is in it is one level higher.
        let mut gone: Vec<usize> = Vec::new();
        for line in expected.iter().filter(|_| self.way != Way::Plain) {
            let line = line.replace("{way}", name);
            let depth = line.len() - line.trim_start().len();
            gone.retain(|around| *around < depth);
            let indent = " ".repeat(2 + depth - 2 * gone.len());
            match line.trim_start().strip_prefix("repo: ") {
                Some(_) if !is_repo => gone.push(depth),
                Some(statement) => tree += &format!("{indent}{statement}\n"),
                None => tree += &format!("{indent}{}\n", line.trim_start()),
            }
        }
        let spans = self.telemetry.spans();
        assert_eq!(span_tree(&spans, &[]), tree);
        self.assert_counted(&spans);
    }

    #[track_caller]
    fn assert_counted(&self, spans: &[SpanData]) {
        let methods: Vec<SpanData> = spans.iter().filter(|span| is_method(span)).cloned().collect();
        let outcomes = methods.iter().map(|span| span_tree(std::slice::from_ref(span), &[]));
        let outcomes: Vec<String> = outcomes.collect();
        let ended = |outcome: &str| outcomes.iter().filter(|line| line.contains(outcome)).count() as u64;
        let expected = (methods.len() as u64, ended("[error"), ended("[cancelled]"), ended("[panicked]"));
        let counted = self.telemetry.methods().into_iter().fold((0, 0, 0, 0), |sum, method| {
            let (calls, errors, cancelled, panicked) = sum;
            (
                calls + method.calls,
                errors + method.errors,
                cancelled + method.cancelled,
                panicked + method.panicked,
            )
        });
        assert_eq!(counted, expected, "calls, errors, cancelled, panicked");
    }
}

fn is_method(span: &SpanData) -> bool {
    span.attributes.iter().any(|attribute| attribute.key.as_str() == "code.function.name")
}

/// The output, or what a panic said.
pub async fn caught<F: Future>(future: F) -> Result<F::Output, String> {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(said(panic.as_ref()))),
    })
    .await
}

/// The value, or what a panic said.
pub fn caught_sync<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|panic| said(panic.as_ref()))
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// What happened, in its order. Clones share it.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// A value whose end is noted under its name.
    pub fn guard(&self, name: &'static str) -> Guard {
        Guard { log: self.clone(), name }
    }
}

pub struct Guard {
    pub log: Log,
    pub name: &'static str,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.log.note(self.name);
    }
}

pub fn is_send<T: Send>(value: T) -> T {
    value
}
