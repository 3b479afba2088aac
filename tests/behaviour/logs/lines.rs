//! Lines: their form, their ids, and what cannot harm them.

use std::fmt;

use serde_json::Value;
use spanweave::logs::{LevelFilter, Targets};
use spanweave::testing::TestTelemetry;
use spanweave::{Ctx, InCtx, Telemetry, traced_service};

use super::{Log, Memory, PATIENCE};

#[derive(Default)]
struct Greeter;

#[traced_service]
impl Greeter {
    pub async fn greet(&self, times: u32) {
        tracing::info!(times, "before");
        tokio::task::yield_now().await;
        tracing::info!(times, "after");
    }
}

#[tokio::test]
async fn a_line_has_the_ids_of_the_call_it_is_written_in() {
    let telemetry = TestTelemetry::new();
    let log = Log::of(&telemetry);
    tracing::info!("outside");
    telemetry
        .root("nightly")
        .run(async {
            tracing::warn!(target: "jobs", "in the root");
            Greeter.greet(2).await;
        })
        .await;
    assert_eq!(
        log.masked(),
        r#"{"time":"TIME","level":"info","target":"behaviour::logs::lines","caller":"tests/behaviour/logs/lines.rs:LINE","message":"outside"}
{"time":"TIME","level":"warn","target":"jobs","caller":"tests/behaviour/logs/lines.rs:LINE","message":"in the root","trace_id":"TRACE1","span_id":"SPAN1","request_id":"TRACE1"}
{"time":"TIME","level":"info","target":"behaviour::logs::lines","caller":"tests/behaviour/logs/lines.rs:LINE","message":"before","trace_id":"TRACE1","span_id":"SPAN2","request_id":"TRACE1","fields":{"times":2}}
{"time":"TIME","level":"info","target":"behaviour::logs::lines","caller":"tests/behaviour/logs/lines.rs:LINE","message":"after","trace_id":"TRACE1","span_id":"SPAN2","request_id":"TRACE1","fields":{"times":2}}
"#
    );
}

#[test]
fn values_keep_their_types_and_what_json_has_not_is_text() {
    #[derive(Debug)]
    struct Failed(std::num::ParseIntError);
    impl fmt::Display for Failed {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("no number")
        }
    }
    impl std::error::Error for Failed {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    let telemetry = Telemetry::builder().build().unwrap();
    let log = Log::of(&telemetry);
    let error = Failed("x".parse::<i64>().unwrap_err());
    let error: &(dyn std::error::Error + 'static) = &error;
    tracing::error!(
        signed = -1,
        unsigned = u64::MAX,
        wide = u128::MAX,
        float = 0.5,
        nan = f64::NAN,
        yes = true,
        text = "a",
        debug = ?Some("b"),
        display = %'c',
        error,
        missing = None::<i64>,
        "read {}", "it"
    );
    let line = log.text();
    let (_, message) = line.split_once(r#""message""#).unwrap();
    assert_eq!(
        message,
        ":\"read it\",\"fields\":{\"signed\":-1,\"unsigned\":18446744073709551615,\
         \"wide\":\"340282366920938463463374607431768211455\",\"float\":0.5,\"nan\":\"NaN\",\"yes\":true,\"text\":\"a\",\
         \"debug\":\"Some(\\\"b\\\")\",\"display\":\"c\",\"error\":\"no number: invalid digit found in string\"}}\n"
    );
}

/// Nobody waits for the end of one.
#[test]
fn an_endless_chain_of_causes_is_cut_off() {
    #[derive(Debug)]
    struct Endless;
    impl fmt::Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("again")
        }
    }
    impl std::error::Error for Endless {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(self)
        }
    }
    let telemetry = Telemetry::builder().build().unwrap();
    let log = Log::of(&telemetry);
    let error: &(dyn std::error::Error + 'static) = &Endless;
    tracing::error!(error, "failed");
    let line = log.text();
    assert!(line.ends_with("again: again\"}}\n") && line.matches("again").count() == 16, "{line}");
}

#[test]
fn no_text_breaks_a_line_or_talks_to_a_terminal() {
    let telemetry = Telemetry::builder().build().unwrap();
    let log = Log::of(&telemetry);
    let evil = "one\ntwo\r\u{1b}[31m\u{9b}31m\0\"}\u{7f}\u{2028}é漢";
    tracing::info!(evil, "{evil}");
    let line = log.text();
    assert_eq!(line.matches('\n').count(), 1);
    assert!(line.trim_end().chars().all(|char| !char.is_control() && char != '\u{2028}'), "{line}");
    let parsed: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&parsed["message"], &parsed["fields"]["evil"]), (&evil.into(), &evil.into()));
}

#[test]
fn a_line_is_bounded_and_says_so() {
    let telemetry = Telemetry::builder().build().unwrap();
    let log = Log::of(&telemetry);
    for text in ["a", "\u{1}", "\"", "漢"] {
        tracing::info!(long = text.repeat(100_000), after = "cut, too", number = 7, "short");
        let line = log.text();
        assert!((61_000..65_536).contains(&line.len()), "{}", line.len());
        let parsed: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&parsed["message"], &parsed["truncated"]), (&"short".into(), &true.into()));
        assert!(parsed["fields"]["long"].as_str().unwrap().starts_with(text));
        assert_eq!((&parsed["fields"]["after"], &parsed["fields"]["number"]), (&"".into(), &7.into()));
    }
}

#[test]
fn what_is_logged_is_a_matter_of_level_and_target() {
    let telemetry = Telemetry::builder().build().unwrap();
    let say = || {
        tracing::debug!("a");
        tracing::info!("b");
        tracing::debug!(target: "chatty", "c");
        tracing::error!(target: "quiet", "d");
    };
    let messages = |log: &Log| {
        let text = log.text();
        let parsed = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        parsed.map(|line| line["message"].as_str().unwrap().to_owned()).collect::<String>()
    };
    let log = Log::of(&telemetry);
    say();
    assert_eq!(messages(&log), "bd");
    drop(log);
    let log = Log::with(&telemetry, |logs| logs.level(tracing::Level::DEBUG));
    say();
    assert_eq!(messages(&log), "abcd");
    drop(log);
    let levels = Targets::new()
        .with_target("chatty", LevelFilter::TRACE)
        .with_target("quiet", LevelFilter::OFF)
        .with_default(LevelFilter::WARN);
    let log = Log::with(&telemetry, |logs| logs.levels(levels));
    say();
    assert_eq!(messages(&log), "c");
}

/// Many requests at a time, on several threads: every line has the ids of the one that wrote it.
#[test]
fn lines_of_concurrent_work_are_told_apart() {
    use tracing_subscriber::layer::SubscriberExt;

    let telemetry = Telemetry::builder().sampling_ratio(0.5).build().unwrap();
    let memory = Memory::default();
    let layer = telemetry.logs().writer(memory.clone()).layer().unwrap();
    let dispatch = tracing::Dispatch::new(tracing_subscriber::registry().with(layer));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .on_thread_start(move || std::mem::forget(tracing::dispatcher::set_default(&dispatch)))
        .build()
        .unwrap();
    let tasks: Vec<_> = (0..200)
        .map(|number: u64| {
            let work = async move {
                let id = Ctx::current().trace_id().unwrap().to_string();
                tracing::info!(number, id, "one");
                tokio::task::yield_now().await;
                let elsewhere = tokio::spawn(
                    async move {
                        tokio::task::yield_now().await;
                        tracing::info!(number, id, "two");
                    }
                    .in_ctx(Ctx::current()),
                );
                elsewhere.await.unwrap();
            };
            runtime.spawn(telemetry.root("work").run(work))
        })
        .collect();
    runtime.block_on(async {
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert!(telemetry.flush(PATIENCE));
    let text = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 400);
    assert!(lines.iter().all(|line| line["trace_id"] == line["fields"]["id"]), "{text}");
    let text = telemetry.metrics_text();
    assert!(text.contains("spanweave_log_lines_written_total 400\n"));
    assert!(text.contains("spanweave_log_queue_bytes 0\n"), "{text}");
}

#[test]
fn a_handle_without_a_log_has_no_metric_of_one() {
    let telemetry = Telemetry::builder().build().unwrap();
    assert!(!telemetry.metrics_text().contains("spanweave_log_lines"));
}

/// A `Write` that panics is foreign code like any other.
#[test]
fn a_writer_that_panics_loses_its_lines_and_nothing_else() {
    struct Broken;
    impl std::io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            panic!("on purpose")
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let telemetry = Telemetry::builder().build().unwrap();
    let _log = Log::with(&telemetry, |logs| logs.writer(Broken));
    tracing::info!("one");
    tracing::info!("two");
    assert!(telemetry.flush(PATIENCE));
    let metrics = telemetry.metrics_text();
    assert!(metrics.contains("spanweave_log_lines_dropped_total{reason=\"write_failed\"} 2\n"), "{metrics}");
}
