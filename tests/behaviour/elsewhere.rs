//! Work that runs elsewhere, one idiom for each place: the examples of `docs/propagation.md`.

use std::sync::Arc;
use std::thread;

use futures_util::{StreamExt, stream};
use rayon::prelude::*;
use spanweave::testing::TestTelemetry;
use spanweave::{Ctx, InCtx, traced};
use tokio::sync::mpsc;
use tokio::task::{JoinSet, LocalSet};

#[traced(name = "remind")]
pub async fn remind(_user: u32) {
    tokio::task::yield_now().await;
}

#[traced(name = "index")]
pub fn index(page: u32) -> u32 {
    page * 2
}

/// Runs `work` in a trace, and returns what it has recorded.
fn recorded(work: impl AsyncFnOnce(Ctx)) -> String {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let telemetry = TestTelemetry::new();
    runtime.block_on(
        LocalSet::new().run_until(telemetry.root("root").run(async { work(Ctx::current()).await })),
    );
    assert!(telemetry.metrics_text().contains("dropped_total{reason=\"late\",exporter=\"all\"} 0\n"));
    telemetry.span_tree()
}

/// A root with so many children.
fn calls(name: &str, count: usize) -> String {
    format!("root\n{}", format!("  {name}\n").repeat(count))
}

#[test]
fn a_task() {
    let tree = recorded(async |ctx| {
        tokio::spawn(remind(1).in_ctx(ctx)).await.unwrap();
        tokio::spawn(remind_ctx(ctx, 2)).await.unwrap();
    });
    assert_eq!(tree, calls("remind", 2));
}

#[test]
fn a_set_of_tasks() {
    let tree = recorded(async |ctx| {
        let mut tasks: JoinSet<()> = (0..3).map(|user| remind(user).in_ctx(ctx)).collect();
        tasks.spawn(remind_ctx(ctx, 3));
        while let Some(reminded) = tasks.join_next().await {
            reminded.unwrap();
        }
    });
    assert_eq!(tree, calls("remind", 4));
}

#[test]
fn a_task_of_this_thread() {
    let tree = recorded(async |ctx| tokio::task::spawn_local(remind(1).in_ctx(ctx)).await.unwrap());
    assert_eq!(tree, calls("remind", 1));
}

#[test]
fn a_thread() {
    let tree = recorded(async |ctx| {
        thread::spawn(ctx.wrap(|| index(1))).join().unwrap();
        thread::scope(|scope| {
            scope.spawn(ctx.wrap(|| index(2)));
        });
    });
    assert_eq!(tree, calls("index", 2));
}

#[test]
fn blocking_work() {
    let tree = recorded(async |ctx| {
        let indexed = tokio::task::spawn_blocking(ctx.wrap(|| index(1))).await;
        assert_eq!(indexed.unwrap(), 2);
    });
    assert_eq!(tree, calls("index", 1));
}

#[test]
fn a_pool_of_threads() {
    let tree = recorded(async |ctx| {
        let pages: Vec<u32> = (0..4).into_par_iter().map(|page| ctx.enter(|| index(page))).collect();
        assert_eq!(pages, [0, 2, 4, 6]);
        rayon::join(ctx.wrap(|| index(4)), ctx.wrap(|| index(5)));
        rayon::scope(|scope| scope.spawn(move |_| ctx.enter(|| _ = index(6))));
    });
    assert_eq!(tree, calls("index", 7));
}

#[test]
fn a_channel() {
    let tree = recorded(async |_| {
        let (queue, mut jobs) = mpsc::channel(8);
        let worker = tokio::spawn(async move {
            while let Some((ctx, user)) = jobs.recv().await {
                remind_ctx(ctx, user).await;
            }
        });
        for user in 0..2 {
            queue.send((Ctx::current(), user)).await.unwrap();
        }
        drop(queue);
        worker.await.unwrap();
    });
    assert_eq!(tree, calls("remind", 2));
}

#[test]
fn a_stream() {
    let tree = recorded(async |ctx| {
        let reminded = ctx.run(|| stream::iter(0..2).then(remind));
        // Somebody else polls it, as a server does the body of a response.
        tokio::spawn(reminded.for_each(async |()| {})).await.unwrap();
    });
    assert_eq!(tree, calls("remind", 2));
}

#[test]
fn several_futures_in_one_task() {
    let tree = recorded(async |ctx| {
        let shared = Arc::new(());
        tokio::join!(remind(1), async {
            let _owned = Arc::clone(&shared);
            remind(2).await;
        });
        tokio::select! {
            () = std::future::pending() => {}
            () = remind(3) => {}
        }
        stream::iter(4..6).for_each_concurrent(None, remind).await;
        assert_eq!(Ctx::current(), ctx);
    });
    assert_eq!(tree, calls("remind", 5));
}
