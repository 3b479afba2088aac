//! Traces that sampling left out, and that are kept for how they ended.

use std::task::{Context, Waker};
use std::time::Duration;

use spanweave::testing::{KeptSpans, span_tree};
use spanweave::{Ctx, InCtx, Keep, Sampler, Telemetry};

use crate::app::{TaskRepository, TaskService};

const LONG: Duration = Duration::from_secs(30);

/// A handle whose sampling leaves every trace out.
fn telemetry(keep: Keep) -> (Telemetry, KeptSpans) {
    let kept = KeptSpans::new();
    let telemetry =
        Telemetry::builder().sampling_ratio(0.0).keep(keep).exporter(kept.clone()).build().unwrap();
    (telemetry, kept)
}

/// The spans that were kept, as text, with the reason on their root.
fn tree(telemetry: &Telemetry, kept: &KeptSpans) -> String {
    assert!(telemetry.flush(LONG));
    span_tree(&kept.spans(), &["spanweave.kept_for", "spanweave.lost_spans"])
}

#[tokio::test]
async fn what_fails_is_kept_whole() {
    let (telemetry, kept) = telemetry(Keep::default());
    let service = TaskService::default();
    telemetry.root("good").run(service.list_tasks(1)).await.unwrap();
    telemetry.root("bad").run(service.list_tasks(13)).await.unwrap_err();
    assert_eq!(
        tree(&telemetry, &kept),
        "bad spanweave.kept_for=error\n  \
           TaskService.list_tasks [error: AppError]\n    \
             ResidenceRepository.ids_for_user\n    \
             TaskRepository.for_residences [error: AppError]\n"
    );
    let calls = telemetry.methods().iter().map(|method| method.calls).sum::<u64>();
    assert_eq!(calls, 6, "metrics see every call");
}

#[tokio::test]
async fn panics_and_cancellations_are_kept() {
    let (telemetry, kept) = telemetry(Keep::default());
    let panicking = telemetry.root("panicking").run(async { TaskRepository.broken().await });
    assert!(tokio::spawn(panicking).await.is_err());
    let slow = telemetry.root("cancelled").run(async { TaskRepository.slowly().await });
    assert!(tokio::time::timeout(Duration::from_millis(5), slow).await.is_err());
    assert_eq!(
        tree(&telemetry, &kept),
        "panicking [panicked] spanweave.kept_for=panic\n  TaskRepository.broken [panicked]\n\
         cancelled [cancelled] spanweave.kept_for=cancellation\n  TaskRepository.slowly [cancelled]\n"
    );
}

#[tokio::test]
async fn what_is_slow_is_kept() {
    let (telemetry, kept) = telemetry(Keep::nothing().slower_than(Duration::from_millis(1)));
    telemetry.root("slow").run(tokio::time::sleep(Duration::from_millis(2))).await;
    assert_eq!(tree(&telemetry, &kept), "slow spanweave.kept_for=slow\n");
}

#[tokio::test]
async fn without_rules_nothing_is_recorded() {
    let (telemetry, kept) = telemetry(Keep::nothing());
    let root = telemetry.root("bad").run(async {
        assert!(!Ctx::current().is_recording());
        TaskService::default().list_tasks(13).await
    });
    root.await.unwrap_err();
    assert_eq!(tree(&telemetry, &kept), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_on_another_thread_keeps_the_trace() {
    let (telemetry, kept) = telemetry(Keep::default());
    let root = telemetry.root("request").run(async {
        let elsewhere = async { TaskRepository.for_residences(&[13]).await }.in_ctx(Ctx::current());
        tokio::spawn(elsewhere).await.unwrap().unwrap_err();
    });
    root.await;
    assert_eq!(
        tree(&telemetry, &kept),
        "request spanweave.kept_for=error\n  TaskRepository.for_residences [error: AppError]\n"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gravest_of_what_all_threads_have_seen_is_the_reason() {
    // The limit admits the trace once.
    let (telemetry, kept) = telemetry(Keep::default().per_second(1));
    let (failed, has_failed) = tokio::sync::oneshot::channel();
    let mut root = Box::pin(telemetry.root("request").run(async {
        let elsewhere = async { TaskRepository.for_residences(&[13]).await }.in_ctx(Ctx::current());
        tokio::spawn(elsewhere).await.unwrap().unwrap_err();
        failed.send(()).unwrap();
        std::future::pending::<()>().await;
    }));
    tokio::select! {
        () = &mut root => unreachable!("it goes on for ever"),
        failed = has_failed => failed.unwrap(),
    }
    drop(root);
    assert_eq!(
        tree(&telemetry, &kept),
        "request [cancelled] spanweave.kept_for=error\n  TaskRepository.for_residences [error: AppError]\n"
    );
    assert_eq!(decisions(&telemetry), [r#"{decision="kept",reason="error"} 1"#]);
}

#[tokio::test]
async fn a_span_that_ends_after_its_root_follows_the_decision() {
    for (user, expected) in [(1, ""), (13, "TaskRepository.for_residences")] {
        let (telemetry, kept) = telemetry(Keep::default());
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        let mut spawned = None;
        let root = telemetry.root("request").run(async {
            let late = async {
                let late = TaskRepository.for_residences(&[1]);
                wait.await.unwrap();
                late.await
            };
            spawned = Some(tokio::spawn(late.in_ctx(Ctx::current())));
            TaskService::default().list_tasks(user).await
        });
        let _outcome = root.await;
        go.send(()).unwrap();
        spawned.unwrap().await.unwrap().unwrap();
        let tree = tree(&telemetry, &kept);
        let last = tree.lines().last().unwrap_or_default();
        assert_eq!(last.trim(), expected, "{tree}");
        let dropped = telemetry.metrics_text();
        assert!(
            !dropped.lines().any(|line| line.starts_with("spanweave_spans_dropped") && !line.ends_with(" 0"))
        );
    }
}

#[tokio::test]
async fn a_runaway_loop_keeps_its_beginning_and_says_what_it_lost() {
    const KEPT: usize = 20_000;
    let (telemetry, kept) = telemetry(Keep::nothing().slower_than(Duration::ZERO));
    let root = telemetry.root("runaway").run(async {
        for _ in 0..KEPT + 50 {
            TaskService::default().rename(1, Vec::new()).await;
        }
    });
    root.await;
    let tree = tree(&telemetry, &kept);
    assert_eq!(tree.lines().next(), Some("runaway spanweave.kept_for=slow spanweave.lost_spans=50"));
    assert_eq!(tree.lines().count(), 1 + KEPT);
    let lost = r#"spanweave_spans_dropped_total{reason="trace_too_long",exporter="all"} 50"#;
    assert!(telemetry.metrics_text().lines().any(|line| line == lost));
}

#[tokio::test]
async fn a_runaway_loop_keeps_its_trace_for_an_error_that_found_no_room() {
    let (telemetry, kept) = telemetry(Keep::nothing().errors(1.0));
    let root = telemetry.root("runaway").run(async {
        for _ in 0..20_000 {
            TaskService::default().rename(1, Vec::new()).await;
        }
        let _swallowed = TaskRepository.for_residences(&[13]).await;
    });
    root.await;
    assert!(telemetry.flush(LONG));
    let tree = span_tree(&kept.spans(), &["spanweave.kept_for", "spanweave.keep_rate"]);
    assert_eq!(tree.lines().next(), Some("runaway spanweave.kept_for=error spanweave.keep_rate=1"));
}

#[tokio::test]
async fn a_second_keeps_no_more_than_its_limit_whatever_the_rule() {
    let keep = Keep::default().root("worse", Keep::nothing().errors(1.0)).per_second(3);
    let (telemetry, kept) = telemetry(keep);
    for root in ["bad", "worse"].into_iter().cycle().take(20) {
        telemetry.root(root).run(TaskService::default().list_tasks(13)).await.unwrap_err();
    }
    assert!(telemetry.flush(LONG));
    // Twenty may fall into two seconds.
    let roots = kept.spans().iter().filter(|span| ["bad", "worse"].contains(&&*span.name)).count();
    assert!(roots == 3 || roots == 6, "{roots} were kept");
}

#[tokio::test]
async fn a_span_of_a_kept_trace_that_ends_when_the_trace_was_forgotten_is_counted() {
    let (telemetry, kept) = telemetry(Keep::default());
    let service = TaskService::default();
    let failed = async { Err::<Ctx, Ctx>(Ctx::current()) };
    let ctx = telemetry.root("bad").try_run(failed).await.unwrap_err();
    let mut late = Box::pin(service.slowly_ctx(ctx));
    assert!(late.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    for _ in 0..5_000 {
        telemetry.root("good").in_scope(|_| {});
    }
    drop(late);
    assert_eq!(tree(&telemetry, &kept), "bad [error: Ctx] spanweave.kept_for=error\n");
    // The method and the one that it awaits.
    let metrics = telemetry.metrics_text();
    assert!(metrics.contains("dropped_total{reason=\"late\",exporter=\"all\"} 2\n"), "{metrics}");
}

/// What became of traces and why, by how many; without those that are none.
fn decisions(telemetry: &Telemetry) -> Vec<String> {
    let metrics = telemetry.metrics_text();
    let counts = metrics.lines().filter_map(|line| line.strip_prefix("spanweave_traces_total"));
    counts.filter(|count| !count.ends_with(" 0")).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_root_says_why_its_trace_is_kept_and_how_many_like_it_are() {
    let halves = Keep::nothing().errors(0.5);
    for (ratio, keep, expected) in [
        (1.0, Keep::default(), "kept_for=always spanweave.keep_rate=1"),
        (0.999_999, Keep::nothing(), "kept_for=ratio spanweave.keep_rate=0.999999"),
        (0.999_999, Keep::default(), "kept_for=ratio spanweave.keep_rate=1"),
        (0.999_999, halves, "kept_for=ratio spanweave.keep_rate=0.999999"),
        (0.0, Keep::default(), "kept_for=error spanweave.keep_rate=1"),
    ] {
        let kept = KeptSpans::new();
        let builder = Telemetry::builder().sampling_ratio(ratio).keep(keep).exporter(kept.clone());
        let telemetry = builder.build().unwrap();
        telemetry.root("bad").run(TaskRepository.for_residences(&[13])).await.unwrap_err();
        assert!(telemetry.flush(LONG));
        let tree = span_tree(&kept.spans(), &["spanweave.kept_for", "spanweave.keep_rate"]);
        assert_eq!(tree.lines().next().unwrap(), format!("bad spanweave.{expected}"), "{ratio}");
    }
}

#[test]
fn a_root_may_be_sampled_at_a_ratio_of_its_own() {
    let kept = KeptSpans::new();
    let sampler = Sampler::always_on().root("poll", 0.0);
    let telemetry = Telemetry::builder().sampler(sampler).exporter(kept.clone());
    let telemetry = telemetry.env_from(|name| (name == "DEBUG").then(|| "true".into())).unwrap();
    let telemetry = telemetry.build().unwrap();
    telemetry.root("poll").in_scope(|ctx| assert!(!ctx.is_sampled()));
    telemetry.root("order").in_scope(|ctx| assert!(ctx.is_sampled()));
    assert_eq!(tree(&telemetry, &kept), "order spanweave.kept_for=always\n");
    assert_eq!(
        decisions(&telemetry),
        [r#"{decision="kept",reason="always"} 1"#, r#"{decision="left_out",reason="ratio"} 1"#]
    );
    let configuration = telemetry.configuration().to_string();
    assert!(configuration.contains("sampler = always_on; poll: 0 (DEBUG)\n"), "{configuration}");
}

#[tokio::test]
async fn a_rate_keeps_what_sampling_at_that_ratio_would() {
    let (telemetry, kept) = telemetry(Keep::nothing().errors(0.5));
    let mut within = 0;
    for _ in 0..64 {
        let failed = async {
            let trace_id = Ctx::current().trace_id().unwrap();
            TaskRepository.for_residences(&[13]).await.map_err(|_| trace_id)
        };
        let trace_id = telemetry.root("bad").run(failed).await.unwrap_err();
        let low = u64::from_str_radix(&trace_id.to_string()[16..], 16).unwrap();
        within += usize::from(low >> 1 < 1 << 62);
    }
    assert!(telemetry.flush(LONG));
    let roots = kept.spans().iter().filter(|span| span.name == "bad").count();
    assert_eq!(roots, within);
    let mut expected = vec![
        (within, format!("{{decision=\"kept\",reason=\"error\"}} {within}")),
        (64 - within, format!("{{decision=\"left_out\",reason=\"rate\"}} {}", 64 - within)),
    ];
    expected.retain(|(traces, _)| *traces > 0);
    assert_eq!(decisions(&telemetry), expected.into_iter().map(|(_, line)| line).collect::<Vec<_>>());
}

#[tokio::test]
async fn errors_that_do_not_count_are_ordinary() {
    let (telemetry, kept) = telemetry(Keep::default().except_errors(["AppError"]));
    telemetry.root("not found").run(TaskRepository.for_residences(&[13])).await.unwrap_err();
    let failed = async {
        let found = TaskRepository.for_residences(&[13]).await;
        found.map_err(|_| "no task")
    };
    telemetry.root("broken").try_run(failed).await.unwrap_err();
    assert_eq!(
        tree(&telemetry, &kept),
        "broken [error: str] spanweave.kept_for=error\n  TaskRepository.for_residences [error: AppError]\n"
    );
}

#[tokio::test]
async fn a_root_may_be_slower_than_others() {
    let keep = Keep::nothing().slower_than(Duration::ZERO);
    let (telemetry, kept) = telemetry(keep.root("upload", Keep::nothing().slower_than(LONG)));
    telemetry.root("upload").in_scope(|_| {});
    telemetry.root("download").in_scope(|_| {});
    assert_eq!(tree(&telemetry, &kept), "download spanweave.kept_for=slow\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_of_every_trace_is_counted() {
    let kept = KeptSpans::new();
    let builder = || Telemetry::builder().exporter(kept.clone());
    let run = |telemetry: &Telemetry| {
        let root = telemetry.root("root");
        (0..5).for_each(|_| root.in_scope(|_| {}));
        std::thread::scope(|scope| scope.spawn(|| root.in_scope(|_| {})).join()).unwrap();
        decisions(telemetry)
    };
    let sampled = builder().sampling_ratio(1.0).build().unwrap();
    assert_eq!(run(&sampled), [r#"{decision="kept",reason="always"} 6"#]);
    for keep in [Keep::default(), Keep::nothing()] {
        let left_out = builder().sampling_ratio(0.0).keep(keep).build().unwrap();
        assert_eq!(run(&left_out), [r#"{decision="left_out",reason="ratio"} 6"#]);
    }
    let capped = Keep::nothing().slower_than(Duration::ZERO).per_second(1);
    let capped = run(&builder().sampling_ratio(0.0).keep(capped).build().unwrap());
    assert!(capped[0].starts_with(r#"{decision="kept",reason="slow"}"#), "{capped:?}");
    assert!(capped[1].starts_with(r#"{decision="left_out",reason="cap"}"#), "{capped:?}");
    let measured = Telemetry::builder().sampling_ratio(0.0).build().unwrap();
    assert_eq!(run(&measured), [""; 0], "without an exporter nothing is decided");
}
