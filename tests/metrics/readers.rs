//! `/metrics` as others read it: Prometheus' own linter, and the strict parser of its Python client.
//!
//! They are not installed everywhere, so `cargo xtask test` runs this where they are.

use std::error::Error;
use std::io::Write;
use std::process::{Command, Stdio};

use spanweave::{MetricsFormat, MetricsSource, Telemetry};

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

fn promtool() -> Command {
    let mut promtool = Command::new("promtool");
    promtool.args(["check", "metrics"]);
    promtool
}

#[tokio::test]
async fn promtool_has_no_objection() {
    let [text] = page::scraped([page::TEXT]).await;
    read(promtool(), &text);
}

/// All that is wrong in some way, beside what is right.
const HOSTILE: &str = "\
# HELP a_signed Of a number.\n# TYPE a_signed gauge\na_signed -nan
# HELP a_large Of a number.\n# TYPE a_large gauge\na_large 1e400
# HELP a_late Of a time.\n# TYPE a_late gauge\na_late 1 1e300
# HELP a_bounded Of a bound.\n# TYPE a_bounded histogram\na_bounded_bucket{le=\"x\"} 1
# HELP a_ranked Of a rank.\n# TYPE a_ranked summary\na_ranked{quantile=\"half\"} 1
# HELP an_exemplar Of a trace.\n# TYPE an_exemplar gauge\nan_exemplar 1 # {a=\"b\"} 1
# HELP a_named Of a name.\n# TYPE a_named gauge\na_named{__name__=\"b\"} 1
# HELP a_doubled Of a label.\n# TYPE a_doubled gauge\na_doubled{a=\"b\",a=\"c\"} 1
# HELP a_right One of these is right.\n# TYPE a_right gauge\na_right 1
";

struct Hostile;

impl MetricsSource for Hostile {
    fn openmetrics(&self) -> Result<String, Box<dyn Error + Send + Sync>> {
        Ok(HOSTILE.to_owned())
    }
}

#[test]
fn promtool_takes_the_page_of_a_hostile_source() {
    let telemetry = Telemetry::builder().build().unwrap();
    telemetry.register(Hostile);
    let text = telemetry.metrics(MetricsFormat::Text);
    let own: Vec<_> = text.lines().filter(|line| line.starts_with("a_") || line.starts_with("an_")).collect();
    assert_eq!(own, ["a_right 1"]);
    read(promtool(), &text);
}

#[tokio::test]
async fn a_strict_parser_of_openmetrics_takes_the_page() {
    let [openmetrics] = page::scraped([page::OPENMETRICS]).await;
    let python = std::env::var_os("PYTHON").expect("PYTHON names a Python that has prometheus_client");
    let mut parser = Command::new(python);
    parser.args(["-c", PARSE]);
    read(parser, &openmetrics);
}
