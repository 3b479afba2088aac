//! The demonstration, as somebody who starts it sees it.

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_honeydue")).args(arguments).output().unwrap()
}

#[test]
fn each_step_shows_its_trace() {
    let output = run(&["demo"]);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{shown}\n{}", String::from_utf8_lossy(&output.stderr));
    let lines = [
        "POST /api/auth/sign-up http.response.status_code=201",
        "AuthService.log_in [error: unauthorized]",
        "b2.PutObject result=ok size_bytes=",
        "job.handle:make_thumbnail job.attempt=1",
        "result=bad_token topic=com.example.honeydue status_code=410 reason=Unregistered",
        "job.handle:deliver_notification job.attempt=3",
        "spanweave.slow=true",
        "POST /api/tasks/ [cancelled]",
        "Every method that the worker has called:",
        "cargo run -p honeydue --bin honeydue-api",
    ];
    for line in lines {
        assert!(shown.contains(line), "no line {line:?} in:\n{shown}");
    }
}

#[test]
fn another_command_is_explained() {
    let output = run(&["demonstrate"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("Usage: honeydue"));
}
