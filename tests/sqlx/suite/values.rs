//! Values of the user's data stay where they are.

use spanweave::Ctx;
use spanweave::testing::TestTelemetry;

use super::harness::pool;
use crate::database::sql;

#[tokio::test]
async fn no_value_leaves() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    telemetry
        .root("request")
        .run(async {
            let ctx = Ctx::current();
            let insert = sql("INSERT INTO tasks (name, hours) VALUES (?, ?)");
            let insert = || sqlx::query(insert).bind("bound-secret").bind(424_242_i64);
            insert().execute(ctx.sql(&pool)).await.unwrap();
            // The database's message has the value.
            insert().execute(ctx.sql(&pool)).await.unwrap_err();
            let typed =
                "SELECT * FROM tasks /* typed-secret */ WHERE name = 'typed-secret' OR hours = 424242";
            sqlx::raw_sql(typed).fetch_all(ctx.sql(&pool)).await.unwrap();
        })
        .await;
    let spans = format!("{:?}", telemetry.spans());
    let metrics = telemetry.metrics_text();
    for value in ["secret", "424242"] {
        assert!(!spans.contains(value), "{spans}");
        assert!(!metrics.contains(value), "{metrics}");
    }
    assert!(telemetry.span_tree_with(&["db.query.text"]).contains("WHERE name = ? OR hours = ?"));
}
