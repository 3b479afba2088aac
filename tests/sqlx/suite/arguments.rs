//! Bound arguments arrive as they were bound.

use spanweave::Ctx;
use spanweave::testing::TestTelemetry;
use version::Unencodable;

use super::harness::pool;
use crate::database::sql;

#[tokio::test]
async fn arguments_may_be_borrowed() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let name = String::from("mow");
    let root = telemetry.root("request").run(async {
        let owner = sqlx::query_scalar::<_, i64>(sql("SELECT owner FROM tasks WHERE name = ?"));
        owner.bind(name.as_str()).fetch_one(Ctx::current().sql(&pool)).await
    });
    assert_eq!(root.await.unwrap(), 1);
    assert_eq!(telemetry.span_tree(), "request\n  SELECT tasks\n");
}

#[tokio::test]
async fn an_argument_that_cannot_be_encoded_fails_as_before() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let select = sqlx::query(sql("SELECT id FROM tasks WHERE owner = ?")).bind(Unencodable);
        select.fetch_all(Ctx::current().sql(&pool)).await.map(drop)
    });
    let error = root.await.unwrap_err();
    assert!(matches!(error, sqlx::Error::Encode(_)), "{error}");
    assert_eq!(telemetry.span_tree(), "request\n  SELECT tasks [error: encode]\n");
}
