//! What the tests share: a traced repository that the others read, and what a request has left behind.

use std::fmt::Write as _;

use spanweave::repo;
use spanweave::testing::TestTelemetry;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing;

#[derive(Clone, Copy, Debug, Default)]
pub struct Store;

#[repo]
impl Store {
    pub async fn read(&self, key: &str) -> Result<String, Missing> {
        tokio::task::yield_now().await;
        if key == "missing" { Err(Missing) } else { Ok(format!("<{key}>")) }
    }
}

/// What the store has read.
#[allow(clippy::unnecessary_wraps, reason = "it is compared with what calls return")]
pub fn read(key: &str) -> Result<String, Missing> {
    Ok(format!("<{key}>"))
}

/// What is left of a future that ran in a request.
pub struct Seen<T> {
    pub value: T,
    pub tree: String,
    /// A line per method, with the number of its calls by outcome.
    pub outcomes: String,
}

/// Runs it in a root named `request`, under telemetry of its own.
pub async fn seen<F: Future>(request: F) -> Seen<F::Output> {
    let telemetry = TestTelemetry::new();
    let value = telemetry.root("request").run(request).await;
    Seen { value, tree: telemetry.span_tree(), outcomes: outcomes(&telemetry) }
}

pub fn outcomes(telemetry: &TestTelemetry) -> String {
    let mut lines = String::new();
    for method in telemetry.methods() {
        let ok = method.calls - method.errors - method.cancelled - method.panicked;
        let counts = [
            ("ok", ok),
            ("error", method.errors),
            ("cancelled", method.cancelled),
            ("panicked", method.panicked),
        ];
        write!(lines, "{} {}.{}:", method.kind, method.type_name, method.method).unwrap();
        for (outcome, count) in counts.iter().filter(|(_, count)| *count > 0) {
            write!(lines, " {count} {outcome}").unwrap();
        }
        lines.push('\n');
    }
    lines
}

/// Compiles for what can be spawned only.
pub fn send<F: Future + Send>(future: F) -> F {
    future
}
