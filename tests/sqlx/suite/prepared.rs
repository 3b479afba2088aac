//! Prepared statements.

use spanweave::Ctx;
use spanweave::testing::TestTelemetry;
use sqlx::{Executor, Row as _, Statement as _};
use version::{prepared, text};

use super::harness::{pool, prepared_on};
use crate::database::sql;

#[tokio::test]
async fn an_explicit_prepared_statement_stays_prepared() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let mut connection = pool.acquire().await?;
        let select = prepared(sql("SELECT name FROM tasks WHERE name = ?"));
        let statement = ctx.sql(&mut *connection).prepare(select).await?;
        assert_eq!(statement.columns().len(), 1);
        let row = statement.query().bind("mow").fetch_one(ctx.sql(&mut *connection)).await?;
        row.try_get::<String, _>(0)
    });
    assert_eq!(root.await.unwrap(), "mow");
    assert_eq!(telemetry.span_tree(), "request\n  PREPARE SELECT tasks\n  SELECT tasks\n");
}

#[tokio::test]
async fn what_stays_prepared_is_as_the_query_says() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let mut connection = pool.acquire().await.unwrap();
    let cached = prepared_on(&mut connection).await;
    telemetry
        .root("request")
        .run(async {
            let ctx = Ctx::current();
            let passing = String::from("SELECT 1 FROM tasks");
            let passing = sqlx::query(text(&passing)).persistent(false);
            passing.execute(ctx.sql(&mut *connection)).await.unwrap();
            assert_eq!(prepared_on(&mut connection).await, cached);
            for _again in 0..2 {
                sqlx::query("SELECT 2 FROM tasks").execute(ctx.sql(&mut *connection)).await.unwrap();
                assert_eq!(prepared_on(&mut connection).await, cached + 1);
            }
        })
        .await;
}
