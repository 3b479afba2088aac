//! Transactions over `SQLite`, with what the attributes write around them written by hand.
#![cfg(feature = "sqlx")]

use std::future::{Ready, poll_fn, ready};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use spanweave::sql::{NoPool, Pooled, calls::*};
use spanweave::testing::TestTelemetry;
use spanweave::{Ctx, Method, MethodKind};
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{Acquire, SqlitePool};

static METHOD: Method = Method::new(MethodKind::Repo, "TaskRepository", "move_all", module_path!());

async fn database() -> SqlitePool {
    let options = SqlitePoolOptions::new().max_connections(1).acquire_timeout(Duration::from_millis(20));
    let pool = options.connect("sqlite::memory:").await.unwrap();
    sqlx::raw_sql("CREATE TABLE tasks (id INTEGER PRIMARY KEY)").execute(&pool).await.unwrap();
    pool
}

async fn insert(ctx: Ctx, transaction: &mut sqlx::SqliteConnection, id: i64) -> sqlx::Result<()> {
    let insert = sqlx::query("INSERT INTO tasks (id) VALUES (?)").bind(id);
    insert.execute(ctx.sql(transaction).of(&METHOD)).await.map(drop)
}

#[tokio::test]
async fn a_transaction_is_a_span_around_what_happens_in_it() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let mut span = ctx.transaction();
        let mut tx = span.begin(Pooled(&pool).get(), pool.begin()).watched().await?;
        insert(span.ctx(), &mut tx, 1).await?;
        {
            let mut inner = span.ctx().transaction();
            let mut savepoint = inner.begin(Pooled(&tx).get(), tx.begin()).watched().await?;
            insert(inner.ctx(), &mut savepoint, 2).await?;
            inner.rollback(savepoint.rollback()).watched().await?;
        }
        {
            let mut inner = span.ctx().transaction();
            let mut savepoint = inner.begin(NoPool, tx.begin()).watched().await?;
            insert(inner.ctx(), &mut savepoint, 3).await?;
            inner.commit(savepoint.commit()).watched().await?;
        }
        span.commit(tx.commit()).watched().await?;
        sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(ctx.sql(&pool).of(&METHOD)).await
    });
    let count: i64 = root.await.unwrap();
    assert_eq!(count, 2);
    assert_eq!(
        telemetry.span_tree_with(&["spanweave.transaction_end"]),
        "\
request
  transaction spanweave.transaction_end=commit
    BEGIN
    INSERT tasks
    transaction spanweave.transaction_end=rollback
      SAVEPOINT
      INSERT tasks
      ROLLBACK
    transaction spanweave.transaction_end=commit
      SAVEPOINT
      INSERT tasks
      RELEASE
    COMMIT
  SELECT tasks
"
    );
    let metrics = telemetry.metrics_text();
    assert!(metrics.contains(r#"sqlx_transaction_duration_seconds_count{end="commit"} 2"#), "{metrics}");
    assert!(metrics.contains(r#"sqlx_query_duration_seconds_count{table="none",operation="RELEASE"} 1"#));
    assert!(metrics.contains(r#"db_client_connection_wait_time_seconds_count{pool="unwatched"} 2"#));
}

#[tokio::test]
async fn a_transaction_that_nobody_ends_is_seen() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    let fails = telemetry.root("fails").run(async {
        let mut span = Ctx::current().transaction();
        let mut tx = span.begin(Pooled(&pool).get(), pool.begin()).watched().await?;
        insert(span.ctx(), &mut tx, 1).await?;
        insert(span.ctx(), &mut tx, 1).await?;
        span.commit(tx.commit()).watched().await
    });
    fails.await.unwrap_err();
    let leaves = telemetry.root("leaves").run(async {
        let mut span = Ctx::current().transaction().leaves();
        span.begin(Pooled(&pool).get(), pool.begin()).watched().await
    });
    drop(leaves.await.unwrap());
    {
        let waits = telemetry.root("waits").run(async {
            let mut span = Ctx::current().transaction();
            let _tx = span.begin(Pooled(&pool).get(), pool.begin()).watched().await;
            std::future::pending::<()>().await;
        });
        let mut waits = pin!(waits);
        for _ in 0..200 {
            poll_fn(|cx| Poll::Ready(waits.as_mut().poll(cx).is_ready())).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    assert_eq!(
        telemetry.span_tree_with(&["spanweave.transaction_end"]),
        "\
fails
  transaction [error: rolled_back] spanweave.transaction_end=drop
    BEGIN
    INSERT tasks
    INSERT tasks [error: unique_violation]
leaves
  transaction spanweave.transaction_end=left
    BEGIN
waits [cancelled]
  transaction [cancelled] spanweave.transaction_end=cancellation
    BEGIN
"
    );
}

#[tokio::test]
async fn waiting_for_a_connection_is_seen_and_counted() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    telemetry.watch_pool("main", &pool);
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let held = ctx.acquire(Pooled(&pool).get(), pool.acquire()).watched().await?;
        let select = sqlx::query("SELECT 1 FROM tasks").fetch_all(ctx.sql(&pool).of(&METHOD));
        assert!(matches!(select.await, Err(sqlx::Error::PoolTimedOut)));
        let mut span = ctx.transaction();
        let begun = span.begin(Pooled(&pool).get(), pool.begin()).watched().await;
        assert!(matches!(begun, Err(sqlx::Error::PoolTimedOut)));
        Ok::<_, sqlx::Error>(held)
    });
    let _held = root.await.unwrap();
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
    let waited = spans.iter().filter(|span| {
        span.attributes.iter().any(|attribute| attribute.key.as_str() == "db.client.connection.wait_time")
    });
    assert_eq!(waited.count(), 3);
    let metrics = telemetry.metrics_text();
    let of_pool: Vec<&str> =
        metrics.lines().filter(|line| line.starts_with("db_client_connection")).collect();
    assert_eq!(
        of_pool,
        [
            r#"db_client_connection_wait_time_seconds_count{pool="main"} 3"#,
            r#"db_client_connection_count{pool="main",state="idle"} 0"#,
            r#"db_client_connection_count{pool="main",state="used"} 1"#,
            r#"db_client_connection_max{pool="main"} 1"#,
            r#"db_client_connection_pending_requests{pool="main"} 0"#,
            r#"db_client_connection_timeouts_total{pool="main"} 2"#,
        ]
    );
}

/// A unit of work that has sqlx's names and is nobody's transaction.
struct Unit(String);

impl Unit {
    fn begin(&self) -> Ready<Result<Unit, String>> {
        ready(Ok(Unit(self.0.clone())))
    }

    fn commit(self) -> Ready<Result<(), String>> {
        ready(if self.0.is_empty() { Err(self.0) } else { Ok(()) })
    }
}

#[tokio::test]
async fn what_is_not_of_sqlx_is_left_alone() {
    let telemetry = TestTelemetry::new();
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let mut span = ctx.transaction();
        let unit = Unit("of work".to_owned());
        let begun = span.begin(Pooled(&unit).get(), unit.begin()).watched().await?;
        assert_eq!(span.ctx(), ctx);
        span.commit(begun.commit()).watched().await?;
        let semaphore = tokio::sync::Semaphore::new(1);
        let permit = ctx.acquire(Pooled(&semaphore).get(), semaphore.acquire()).watched().await;
        drop(permit.unwrap());
        Ok::<_, String>(())
    });
    root.await.unwrap();
    assert_eq!(telemetry.span_tree(), "request\n");
}
