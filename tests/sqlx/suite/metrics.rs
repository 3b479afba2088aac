//! What is counted.

use spanweave::Ctx;
use spanweave::testing::TestTelemetry;

use super::harness::{count, pool};
use crate::database::sql;

#[tokio::test]
async fn statements_are_measured_by_table_and_operation() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    telemetry
        .root("request")
        .run(async {
            let ctx = Ctx::current();
            count(ctx, &pool).await.unwrap();
            count(ctx, &pool).await.unwrap();
            sqlx::query("SELECT 1").execute(ctx.sql(&pool)).await.unwrap();
            let insert = sqlx::query(sql("INSERT INTO tasks (name) VALUES (?)")).bind("mow");
            insert.execute(ctx.sql(&pool)).await.unwrap_err();
            sqlx::query("gibberish FROM tasks").execute(ctx.sql(&pool)).await.unwrap_err();
        })
        .await;
    let text = telemetry.metrics_text();
    let statements = text.lines().filter(|line| line.contains("sqlx_query_duration"));
    assert_eq!(
        statements.fold(String::new(), |text, line| text + line + "\n"),
        r#"# HELP sqlx_query_duration_seconds Time from a statement's start to the end of its rows, with or without a trace.
# TYPE sqlx_query_duration_seconds histogram
# UNIT sqlx_query_duration_seconds seconds
sqlx_query_duration_seconds_count{table="none",operation="SELECT"} 1
sqlx_query_duration_seconds_count{table="none",operation="other"} 1
sqlx_query_duration_seconds_count{table="tasks",operation="INSERT"} 1
sqlx_query_duration_seconds_count{table="tasks",operation="SELECT"} 2
"#
    );
}
