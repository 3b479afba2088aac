//! Transactions, with what the attributes write around them written by hand.

use std::cell::Cell;
use std::future::{Ready, poll_fn, ready};
use std::pin::pin;
use std::task::Poll;

use spanweave::sql::{NoPool, Pooled, calls::*};
use spanweave::testing::TestTelemetry;
use spanweave::{Ctx, assert_budget};
use sqlx::Acquire;

use super::harness::{count, pool, pool_of};
use crate::database::{Connection, sql};

async fn insert(ctx: Ctx, connection: &mut Connection, name: &str) -> sqlx::Result<()> {
    let insert = sqlx::query(sql("INSERT INTO tasks (name) VALUES (?)")).bind(name);
    insert.execute(ctx.sql(connection)).await.map(drop)
}

#[tokio::test]
async fn a_transaction_is_a_span_around_what_happens_in_it() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let mut span = ctx.transaction();
        let mut tx = span.begin(Pooled(&pool).get(), pool.begin()).watched().await?;
        insert(span.ctx(), &mut tx, "rake").await?;
        {
            let mut inner = span.ctx().transaction();
            let mut savepoint = inner.begin(Pooled(&tx).get(), tx.begin()).watched().await?;
            insert(inner.ctx(), &mut savepoint, "forgotten").await?;
            inner.rollback(savepoint.rollback()).watched().await?;
        }
        {
            let mut inner = span.ctx().transaction();
            let mut savepoint = inner.begin(NoPool, tx.begin()).watched().await?;
            insert(inner.ctx(), &mut savepoint, "weed").await?;
            inner.commit(savepoint.commit()).watched().await?;
        }
        span.commit(tx.commit()).watched().await?;
        count(ctx, &pool).await
    });
    assert_eq!(root.await.unwrap(), 5);
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
    assert_budget!(telemetry, sql == 4, tx == 3);
    let metrics = telemetry.metrics_text();
    assert!(metrics.contains(r#"sqlx_transaction_duration_seconds_count{end="commit"} 2"#), "{metrics}");
    assert!(metrics.contains(r#"sqlx_query_duration_seconds_count{table="none",operation="RELEASE"} 1"#));
}

#[tokio::test]
async fn one_that_is_dropped_was_rolled_back() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let mut span = Ctx::current().transaction();
        let mut tx = span.begin(Pooled(&pool).get(), pool.begin()).watched().await?;
        insert(span.ctx(), &mut tx, "rake").await?;
        insert(span.ctx(), &mut tx, "rake").await?;
        span.commit(tx.commit()).watched().await
    });
    root.await.unwrap_err();
    assert_eq!(
        telemetry.span_tree_with(&["spanweave.transaction_end"]),
        "\
request
  transaction [rolled back] spanweave.transaction_end=drop
    BEGIN
    INSERT tasks
    INSERT tasks [error: unique_violation]
"
    );
    assert_eq!(count(Ctx::none(), &pool).await.unwrap(), 3);
}

#[tokio::test]
async fn one_that_leaves_is_nobodys_fault() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let mut span = Ctx::current().transaction().leaves();
        span.begin(Pooled(&pool).get(), pool.begin()).watched().await
    });
    root.await.unwrap().commit().await.unwrap();
    let tree = telemetry.span_tree_with(&["spanweave.transaction_end"]);
    assert_eq!(tree, "request\n  transaction spanweave.transaction_end=left\n    BEGIN\n");
}

#[tokio::test]
async fn one_whose_body_is_dropped_was_too() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let has_begun = Cell::new(false);
    {
        let root = telemetry.root("request").run(async {
            let mut span = Ctx::current().transaction();
            let _tx = span.begin(Pooled(&pool).get(), pool.begin()).watched().await;
            has_begun.set(true);
            std::future::pending::<()>().await;
        });
        let mut root = pin!(root);
        let begun = poll_fn(|cx| match root.as_mut().poll(cx) {
            Poll::Pending if has_begun.get() => Poll::Ready(()),
            pending => pending,
        });
        begun.await;
    }
    let tree = telemetry.span_tree_with(&["spanweave.transaction_end"]);
    let expected =
        "request [cancelled]\n  transaction [rolled back] spanweave.transaction_end=drop\n    BEGIN\n";
    assert_eq!(tree, expected);
}

#[tokio::test]
async fn in_one_connection_a_transaction_is_one_too() {
    let telemetry = TestTelemetry::new();
    let pool = pool_of(1).await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let mut connection = ctx.acquire(Pooled(&pool).get(), pool.acquire()).watched().await?;
        let mut span = ctx.transaction();
        let mut tx = span.begin(NoPool, connection.begin()).watched().await?;
        insert(span.ctx(), &mut tx, "rake").await?;
        span.rollback(tx.rollback()).watched().await
    });
    root.await.unwrap();
    assert_eq!(
        telemetry.span_tree_with(&["spanweave.transaction_end"]),
        "\
request
  acquire
  transaction spanweave.transaction_end=rollback
    BEGIN
    INSERT tasks
    ROLLBACK
"
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
