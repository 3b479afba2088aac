//! `/metrics` as others read it: Prometheus' own linter, and the strict parser of its Python client.
//!
//! They are not installed everywhere, so `cargo xtask test` runs this where they are.

use std::io::Write;
use std::process::{Command, Stdio};

mod page;

/// Runs a reader on the page. What it prints is what it objects to.
fn read(mut reader: Command, page: &str) {
    let mut child =
        reader.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}\n{page}");
}

/// Reads the page from its standard input; `PYTHON` is one that has `prometheus_client`.
const PARSE: &str = "
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = {family.name: family for family in text_string_to_metric_families(sys.stdin.read())}
exemplars = [s.exemplar for s in families['method_duration_seconds'].samples if s.exemplar]
assert exemplars and all(set(e.labels) == {'trace_id', 'span_id'} and e.timestamp for e in exemplars), exemplars
assert [s.value for s in families['honeydue_uploads'].samples] == [1], families
";

#[tokio::test]
async fn promtool_has_no_objection() {
    let [text] = page::scraped([page::TEXT]).await;
    let mut promtool = Command::new("promtool");
    promtool.args(["check", "metrics"]);
    read(promtool, &text);
}

#[tokio::test]
async fn a_strict_parser_of_openmetrics_takes_the_page() {
    let [openmetrics] = page::scraped([page::OPENMETRICS]).await;
    let python = std::env::var_os("PYTHON").expect("PYTHON names a Python that has prometheus_client");
    let mut parser = Command::new(python);
    parser.args(["-c", PARSE]);
    read(parser, &openmetrics);
}
