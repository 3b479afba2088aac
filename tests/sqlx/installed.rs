//! Statements outside any context, under the process' own telemetry.

use spanweave::Ctx;
use spanweave::testing::TestTelemetry;

#[tokio::test]
async fn statements_without_a_context_are_measured_by_the_installed_telemetry() {
    let telemetry = TestTelemetry::new();
    let pool = sqlx::SqlitePool::connect("sqlite::memory:").await.unwrap();
    let one = || sqlx::query("SELECT 1").execute(Ctx::none().sql(&pool));

    one().await.unwrap();
    assert!(!telemetry.metrics_text().contains("sqlx_query_duration"));

    telemetry.install();
    one().await.unwrap();
    telemetry.root("request").run(one()).await.unwrap();

    let count = r#"sqlx_query_duration_seconds_count{table="none",operation="SELECT"} 2"#;
    assert!(telemetry.metrics_text().contains(count), "{}", telemetry.metrics_text());
    assert_eq!(telemetry.span_tree(), "request\n");
}
