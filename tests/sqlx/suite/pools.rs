//! Pools that are watched, and the waiting for their connections.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use spanweave::Ctx;
use spanweave::sql::Pooled;
use spanweave::testing::TestTelemetry;
use sqlx::Pool;

use super::harness::{count, pool};
use crate::database::{Db, PoolOptions, SCHEMA, SERVER, fresh};

/// One connection, for which nobody waits long.
async fn small_pool() -> Pool<Db> {
    let options = PoolOptions::new().max_connections(1).acquire_timeout(Duration::from_millis(300));
    let pool = options.connect_with(fresh().await).await.unwrap();
    sqlx::raw_sql(SCHEMA).execute(&pool).await.unwrap();
    pool
}

fn of_pools(telemetry: &TestTelemetry) -> String {
    let metrics = telemetry.metrics_text();
    let lines = metrics.lines().filter(|line| line.starts_with("db_client_connection"));
    lines.fold(String::new(), |all, line| all + line + "\n")
}

#[tokio::test]
async fn waiting_for_a_connection_is_seen_and_counted() {
    let telemetry = TestTelemetry::new();
    let pool = small_pool().await;
    telemetry.watch_pool("main", &pool);
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let held = ctx.acquire(Pooled(&pool).get(), pool.acquire()).watched().await?;
        let select = sqlx::query("SELECT 1 FROM tasks").fetch_all(ctx.sql(&pool).acquiring());
        assert!(matches!(select.await, Err(sqlx::Error::PoolTimedOut)));
        let mut span = ctx.transaction();
        let begun = span.begin(Pooled(&pool).get(), pool.begin()).watched().await;
        assert!(matches!(begun, Err(sqlx::Error::PoolTimedOut)));
        Ok::<_, sqlx::Error>(held)
    });
    let held = root.await.unwrap();
    assert_eq!(
        telemetry.span_tree_with(&["spanweave.transaction_end"]),
        "\
request
  acquire
  SELECT tasks [error: pool_timed_out]
  transaction [error: pool_timed_out] spanweave.transaction_end=begin
    BEGIN [error: pool_timed_out]
"
    );
    let spans = telemetry.spans();
    let has_waited = |span: &&_| has(span, "db.client.connection.wait_time");
    assert_eq!(spans.iter().filter(has_waited).count(), 3);
    assert_eq!(
        of_pools(&telemetry),
        r#"db_client_connection_wait_time_seconds_count{pool="main"} 3
db_client_connections{pool="main",state="idle"} 0
db_client_connections{pool="main",state="used"} 1
db_client_connection_max{pool="main"} 1
db_client_connection_pending_requests{pool="main"} 0
db_client_connection_timeouts_total{pool="main"} 2
"#
    );
    drop(held);
    pool.close().await;
    assert_eq!(
        of_pools(&telemetry),
        "db_client_connection_wait_time_seconds_count{pool=\"main\"} 3\n",
        "a pool that is closed has no connections to show"
    );
}

fn has(span: &opentelemetry_sdk::trace::SpanData, key: &str) -> bool {
    span.attributes.iter().any(|attribute| attribute.key.as_str() == key)
}

#[tokio::test]
async fn who_waits_is_counted_while_he_does() {
    let telemetry = TestTelemetry::new();
    let pool = small_pool().await;
    telemetry.watch_pool("main", &pool);
    let _held = pool.acquire().await.unwrap();
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let waits = sqlx::query("SELECT 1").fetch_all(ctx.sql(&pool).acquiring());
        let mut waits = std::pin::pin!(waits);
        let is_pending = poll_fn(|cx| Poll::Ready(waits.as_mut().poll(cx).is_pending())).await;
        (is_pending, of_pools(&telemetry))
    });
    let (is_pending, while_it_waits) = root.await;
    assert!(is_pending);
    let waiting = |count| format!("db_client_connection_pending_requests{{pool=\"main\"}} {count}\n");
    assert!(while_it_waits.contains(&waiting(1)), "{while_it_waits}");
    let afterwards = of_pools(&telemetry);
    assert!(afterwards.contains(&waiting(0)));
    assert!(
        afterwards.contains("db_client_connection_wait_time_seconds_count{pool=\"main\"} 1\n"),
        "{afterwards}"
    );
    assert_eq!(telemetry.span_tree(), "request\n  SELECT [cancelled]\n");
}

#[tokio::test]
async fn where_statements_go_is_told_of_the_only_pool() {
    let telemetry = TestTelemetry::new();
    let (main, other) = (pool().await, pool().await);
    telemetry.watch_pool("main", &main);
    let traced = async || {
        telemetry.root("request").run(async { count(Ctx::current(), &main).await }).await.unwrap();
    };
    traced().await;
    let keys = ["server.address", "db.namespace"];
    let tree = telemetry.span_tree_with(&keys);
    let statement = tree.lines().last().unwrap().trim();
    assert!(statement.starts_with(SERVER), "{statement}");
    telemetry.watch_pool("other", &other);
    traced().await;
    assert!(telemetry.span_tree_with(&keys).ends_with("request\n  SELECT tasks\n"), "nobody can tell");
    other.close().await;
    traced().await;
    assert!(telemetry.span_tree_with(&keys).trim_end().ends_with(statement), "the other is gone");
}
