//! A process whose standard output takes no lines: it goes on, and counts.

use std::fs::File;
use std::io::Write;
use std::process::{Child, Command, Output, Stdio};

/// Starts the program, which waits for [`go`].
fn start(arguments: &[&str], environment: &[(&str, &str)], stdout: Stdio) -> Child {
    Command::new(env!("CARGO_BIN_EXE_log-lines"))
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn go(mut child: Child) -> Output {
    let mut stdin = child.stdin.take().unwrap();
    // One that could not start has gone.
    let _gone = stdin.write_all(b"go\n");
    drop(stdin);
    child.wait_with_output().unwrap()
}

fn stderr(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

const ALL_FAILED: &str = "flushed: true
spanweave_log_lines_written_total 0
spanweave_log_lines_dropped_total{reason=\"queue_full\"} 0
spanweave_log_lines_dropped_total{reason=\"write_failed\"} 101
";

#[test]
fn lines_arrive_whole_and_in_order() {
    let output = go(start(&["2000", "100"], &[], Stdio::piped()));
    assert!(stderr(&output).contains("spanweave_log_lines_written_total 2001\n"));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines();
    let first = lines.next().unwrap();
    assert!(
        first.contains(
            "traces are not exported, because neither OBS_TRACES_URL nor OTEL_EXPORTER_OTLP_ENDPOINT is set"
        ),
        "{first}"
    );
    let numbers = lines.map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["fields"]["line"].as_u64().unwrap()
    });
    assert!(numbers.eq(0..2000));
}

#[test]
fn a_log_begins_with_what_the_handle_was_made_by() {
    for (environment, said) in [
        (&[("OBS_TRACES_URL", "http://h/v1/traces")][..], "because OBS_INGEST_TOKEN is not set"),
        (&[("OTEL_SDK_DISABLED", "true")], "because telemetry is disabled"),
        (&[("DEBUG", "true")], "because neither OBS_TRACES_URL nor OTEL_EXPORTER_OTLP_ENDPOINT is set"),
    ] {
        let output = go(start(&["0", "1"], environment, Stdio::piped()));
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.lines().filter(|line| line.contains(said)).count(), 1, "{text}");
        let is_debug = environment == [("DEBUG", "true")];
        assert_eq!(text.contains(r#""message":"telemetry is configured""#), is_debug, "{text}");
        assert_eq!(text.contains("sampler = always_on (DEBUG)"), is_debug, "{text}");
    }
}

#[test]
fn nobody_reads_any_more() {
    let mut child = start(&["100", "10"], &[], Stdio::piped());
    drop(child.stdout.take());
    assert_eq!(stderr(&go(child)), ALL_FAILED);
}

#[cfg(target_os = "linux")]
#[test]
fn the_disk_is_full() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(stderr(&go(start(&["100", "10"], &[], full.into()))), ALL_FAILED);
}

/// The pipe takes 64 KiB, and the queue 8 MiB: 9.5 MB are too many.
#[test]
fn somebody_reads_too_slowly() {
    let mut child = start(&["950", "10000"], &[], Stdio::piped());
    let unread = child.stdout.take();
    let said = stderr(&go(child));
    drop(unread);
    let count = |line: &str| -> u64 {
        let found = said.lines().find_map(|said| said.strip_prefix(line)).unwrap();
        found.trim().parse().unwrap()
    };
    assert!(said.starts_with("flushed: false\n"), "{said}");
    assert!(count(r#"spanweave_log_lines_dropped_total{reason="queue_full"}"#) > 50, "{said}");
    assert!(count("spanweave_log_lines_written_total") < 100, "{said}");
}

#[test]
fn the_environment_decides_what_is_logged_or_is_refused() {
    for (environment, levels) in [
        (&[][..], "info"),
        (&[("DEBUG", "true")], "info debug"),
        (&[("DEBUG", "true"), ("RUST_LOG", "log_lines=info")], "info"),
        (&[("RUST_LOG", "warn")], ""),
    ] {
        let output = go(start(&["1", "1"], environment, Stdio::piped()));
        let text = String::from_utf8(output.stdout).unwrap();
        let own = text.lines().filter(|line| line.contains(r#""target":"log_lines""#));
        let found: Vec<_> = own.filter_map(|line| line.split('"').nth(7)).collect();
        assert_eq!(found.join(" "), levels, "{environment:?}");
    }
    let refused = go(start(&["1", "1"], &[("RUST_LOG", "info,verbose")], Stdio::piped()));
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(refused.stderr).unwrap(),
        "error: RUST_LOG is `info,verbose`; expected a level (`error`, `warn`, `info`, `debug`, `trace`, `off`), \
         `target=level`, or several of them with commas between\n"
    );
}

/// The line of a panic in a trace, and what was written to standard error.
fn panicked(then: &str) -> (serde_json::Value, String) {
    let output = go(start(&["0", "1", then], &[], Stdio::piped()));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let line = text.lines().last().unwrap();
    (serde_json::from_str(line).unwrap(), stderr(&output))
}

#[test]
fn a_panic_is_a_line_of_its_trace_without_what_it_says() {
    let (line, stderr) = panicked("panics");
    assert_eq!((&line["level"], &line["target"]), (&"error".into(), &"panic".into()));
    assert!(line["trace_id"].is_string() && line["span_id"].is_string(), "{line}");
    assert!(line["fields"]["location"].as_str().unwrap().contains("log_lines.rs:"), "{line}");
    assert!(!line.to_string().contains("hunter2"), "{line}");
    assert!(stderr.contains("hunter2"), "the hook that was there before is called as well");

    let (line, _) = panicked("messages");
    assert_eq!(line["fields"]["exception.message"], "hunter2");
}

#[test]
fn a_record_of_log_is_a_line_with_its_own_target_and_place() {
    let written = |levels| {
        let output = go(start(&["1", "1", "record"], &[("RUST_LOG", levels)], Stdio::piped()));
        assert!(stderr(&output).contains("flushed: true"));
        String::from_utf8(output.stdout).unwrap()
    };
    let text = written("off,of_log=warn");
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&line["level"], &line["target"]), (&"warn".into(), &"of_log".into()));
    assert_eq!((&line["message"], &line["fields"]), (&"of 1 lines".into(), &serde_json::Value::Null));
    assert!(line["caller"].as_str().unwrap().contains("log_lines.rs:"), "{line}");
    assert_eq!(written("off,of_log=error"), "");
}
