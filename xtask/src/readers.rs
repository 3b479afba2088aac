//! The programs of others that read `/metrics`.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::step::{Plan, target};

// With the whole workspace, whose dependencies are built already.
const WITH_PROMTOOL: &str = "test --workspace --features spanweave-tests/readers --test readers promtool";
const WITH_PARSER: &str = "test --workspace --features spanweave-tests/readers --test readers parser";

/// Prometheus' linter of the text format.
pub(crate) fn promtool() -> Plan {
    if runs(Command::new("promtool").arg("--version")) {
        Plan::cargo(WITH_PROMTOOL)
    } else {
        Plan::Skip { reason: "`apt-get install --no-install-recommends prometheus` installs promtool" }
    }
}

/// The strict parser of OpenMetrics in Prometheus' client for Python.
pub(crate) fn openmetrics() -> Plan {
    let python = python();
    if runs(Command::new(&python).args(["-c", "import prometheus_client"])) {
        let python = python.display().to_string();
        Plan::Run { arguments: WITH_PARSER, variables: vec![("PYTHON", python)], note: None }
    } else {
        Plan::Skip {
            reason: "`pip install prometheus-client`, for the Python that PYTHON names, installs the parser",
        }
    }
}

/// The one that `PYTHON` names, or that `.ci/run` has made.
fn python() -> PathBuf {
    env::var_os("PYTHON").map_or_else(|| target().join("tools/openmetrics/bin/python"), PathBuf::from)
}

fn runs(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}
