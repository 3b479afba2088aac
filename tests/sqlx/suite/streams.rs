//! Everything whose results are read one by one.

use futures_util::TryStreamExt;
use spanweave::Ctx;
use spanweave::testing::TestTelemetry;
use sqlx::Executor;

use super::harness::pool;
use crate::database::QueryResult;

const KEYS: &[&str] = &["outcome", "db.response.returned_rows"];

#[tokio::test]
async fn a_stream_ends_with_its_last_row() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let mut rows = sqlx::query("SELECT * FROM tasks").fetch(Ctx::current().sql(&pool));
        let mut read = 0;
        while rows.try_next().await?.is_some() {
            read += 1;
        }
        assert!(rows.try_next().await?.is_none(), "an ended stream may be asked again");
        Ok::<_, sqlx::Error>(read)
    });
    assert_eq!(root.await.unwrap(), 3);
    assert_eq!(
        telemetry.span_tree_with(KEYS),
        "request outcome=ok\n  SELECT tasks outcome=ok db.response.returned_rows=3\n"
    );
}

#[tokio::test]
async fn results_and_rows_of_several_statements() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let several = sqlx::raw_sql("SELECT * FROM tasks; DELETE FROM tasks; SELECT 1");
        let several: Vec<_> = several.fetch_many(ctx.sql(&pool)).try_collect().await?;
        let deleted = several.iter().filter_map(|result| result.as_ref().left());
        let deleted: u64 = deleted.map(QueryResult::rows_affected).max().unwrap_or_default();
        Ok::<_, sqlx::Error>((deleted, several.iter().filter(|result| result.is_right()).count()))
    });
    assert_eq!(root.await.unwrap(), (3, 4));
    assert_eq!(
        telemetry.span_tree_with(KEYS),
        "request outcome=ok\n  SELECT tasks DELETE tasks SELECT outcome=ok db.response.returned_rows=4\n"
    );
}

#[tokio::test]
async fn results_without_rows() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let several = sqlx::raw_sql("UPDATE tasks SET owner = 3 WHERE owner = 1; DELETE FROM tasks");
        let results: Vec<_> = ctx.sql(&pool).execute_many(several).try_collect().await?;
        Ok::<_, sqlx::Error>(results.iter().map(QueryResult::rows_affected).sum::<u64>())
    });
    assert_eq!(root.await.unwrap(), 5);
    assert_eq!(
        telemetry.span_tree_with(KEYS),
        "request outcome=ok\n  UPDATE tasks DELETE tasks outcome=ok\n"
    );
}

#[tokio::test]
async fn a_stream_that_is_dropped_after_a_row_has_ended() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let mut rows = sqlx::query("SELECT * FROM tasks").fetch(ctx.sql(&pool));
        rows.try_next().await?.expect("there are rows");
        drop(rows);
        drop(sqlx::query("SELECT 'never polled'").fetch(ctx.sql(&pool)));
        // What the server had still to say is nobody else's.
        let one: i64 =
            sqlx::query_scalar("SELECT owner FROM tasks ORDER BY id").fetch_one(ctx.sql(&pool)).await?;
        Ok::<_, sqlx::Error>(one)
    });
    assert_eq!(root.await.unwrap(), 1);
    assert_eq!(
        telemetry.span_tree_with(KEYS),
        "\
request outcome=ok
  SELECT tasks outcome=ok db.response.returned_rows=1
  SELECT tasks outcome=ok db.response.returned_rows=1
"
    );
}
