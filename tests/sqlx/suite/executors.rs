//! Everything that executes a statement.

use spanweave::Ctx;
use spanweave::testing::TestTelemetry;
use sqlx::{Acquire, ConnectOptions, Executor};

use super::harness::{count, pool};
use crate::database::{Connection, Db, SCHEMA, fresh, sql};

#[tokio::test]
async fn a_pool_and_its_connection() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let by_pool = count(ctx, &pool).await?;
        let mut connection = pool.acquire().await?;
        Ok::<_, sqlx::Error>((by_pool, count(ctx, &mut *connection).await?))
    });
    assert_eq!(root.await.unwrap(), (3, 3));
    assert_eq!(telemetry.span_tree(), "request\n  SELECT tasks\n  SELECT tasks\n");
}

#[tokio::test]
async fn a_connection_without_a_pool() {
    async fn both(ctx: Ctx, connection: &mut Connection) -> sqlx::Result<i64> {
        Ok(count(ctx, &mut *connection).await? + count(ctx, connection).await?)
    }

    let telemetry = TestTelemetry::new();
    let mut connection = fresh().await.connect().await.unwrap();
    sqlx::raw_sql(SCHEMA).execute(&mut connection).await.unwrap();
    let root = telemetry.root("request").run(async { both(Ctx::current(), &mut connection).await });
    assert_eq!(root.await.unwrap(), 6);
    assert_eq!(telemetry.span_tree(), "request\n  SELECT tasks\n  SELECT tasks\n");
}

#[tokio::test]
async fn a_transaction() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let mut transaction = pool.begin().await?;
        let delete = sqlx::query(sql("DELETE FROM tasks WHERE name = ?")).bind("mow");
        delete.execute(ctx.sql(&mut *transaction)).await?;
        let left = count(ctx, &mut *transaction).await?;
        transaction.rollback().await?;
        Ok::<_, sqlx::Error>((left, count(ctx, &pool).await?))
    });
    assert_eq!(root.await.unwrap(), (2, 3));
    assert_eq!(telemetry.span_tree(), "request\n  DELETE tasks\n  SELECT tasks\n  SELECT tasks\n");
}

#[tokio::test]
async fn an_executor_that_is_anything() {
    async fn any<'c>(ctx: Ctx, executor: impl Executor<'c, Database = Db>) -> sqlx::Result<u64> {
        let update = sqlx::query("UPDATE tasks SET owner = 3 WHERE owner = 2");
        Ok(update.execute(ctx.sql(executor)).await?.rows_affected())
    }
    async fn acquired<'c>(ctx: Ctx, from: impl Acquire<'c, Database = Db>) -> sqlx::Result<i64> {
        let mut connection = from.acquire().await?;
        count(ctx, &mut *connection).await
    }

    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let mut transaction = pool.begin().await?;
        let updated = any(ctx, &mut *transaction).await?;
        transaction.commit().await?;
        Ok::<_, sqlx::Error>((updated, acquired(ctx, &pool).await?))
    });
    assert_eq!(root.await.unwrap(), (1, 3));
    assert_eq!(telemetry.span_tree(), "request\n  UPDATE tasks\n  SELECT tasks\n");
}

#[tokio::test]
async fn an_executor_that_has_its_context_already() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let counted = count(ctx, ctx.sql(&pool)).await?;
        Ok::<_, sqlx::Error>(counted + count(ctx, &pool).await?)
    });
    assert_eq!(root.await.unwrap(), 6);
    assert_eq!(telemetry.span_tree(), "request\n  SELECT tasks\n  SELECT tasks\n");
    let measured = r#"sqlx_query_duration_seconds_count{table="tasks",operation="SELECT"} 2"#;
    assert!(telemetry.metrics_text().contains(measured));
}

#[tokio::test]
async fn a_pool_in_a_task() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        tokio::spawn(async move { count(ctx, &pool).await }).await
    });
    assert_eq!(root.await.unwrap().unwrap(), 3);
    assert_eq!(telemetry.span_tree(), "request\n  SELECT tasks\n");
}

#[tokio::test]
async fn a_context_of_none_has_no_span() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async { count(Ctx::none(), &pool).await });
    assert_eq!(root.await.unwrap(), 3);
    assert_eq!(telemetry.span_tree(), "request\n");
}
