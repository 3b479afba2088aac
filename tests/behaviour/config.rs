//! What a process says about its environment when it starts.

use std::process::{Command, Output};

pub fn export_once(environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_export-once"));
    command.env_clear().envs(environment.iter().copied());
    command.output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn without_the_variables_it_runs_and_says_so_once() {
    let output = export_once(&[]);
    assert!(output.status.success());
    let said = stderr(&output);
    assert_eq!(
        said.matches("traces are not exported, because OBS_TRACES_URL is not set").count(),
        1,
        "{said}"
    );
}

#[test]
fn a_bad_value_is_a_start_up_error_that_names_its_variable() {
    for (variable, value, error) in [
        (
            "OTEL_TRACES_SAMPLER_ARG",
            "abc",
            "error: OTEL_TRACES_SAMPLER_ARG is `abc`; expected a number from 0.0 to 1.0\n",
        ),
        (
            "OBS_TRACES_URL",
            "ingest.example/v1/traces",
            "error: OBS_TRACES_URL is `ingest.example/v1/traces`; expected a URL that starts with `http://` or `https://`\n",
        ),
    ] {
        let output = export_once(&[(variable, value)]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stderr(&output), error);
    }
}
