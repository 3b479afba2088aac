//! The demonstration, as somebody who starts it sees it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Output, Stdio};

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

#[test]
fn whoever_has_read_enough_may_leave() {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_honeydue"))
        .arg("demo")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(demo.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("The API listens on "), "{line}");
    let mut said = String::new();
    demo.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(demo.wait().unwrap().success(), "{said}");
    assert_eq!(said, "");
}

#[test]
fn the_processes_say_what_they_are() {
    for (program, about) in [
        (env!("CARGO_BIN_EXE_honeydue-api"), "The API of honeydue"),
        (env!("CARGO_BIN_EXE_honeydue-worker"), "Does the jobs that honeydue-api enqueues"),
    ] {
        let output = Command::new(program).arg("--help").output().unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && help.contains(about) && help.contains("variables"), "{help}");
        assert_eq!(Command::new(program).arg("--port").output().unwrap().status.code(), Some(2));
    }
}
