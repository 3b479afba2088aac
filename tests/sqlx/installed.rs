//! Statements outside any context, under the process' own telemetry.

use spanweave::testing::TestTelemetry;
use spanweave::{Ctx, Method, MethodKind};

static METHOD: Method = Method::new(MethodKind::Repo, "TaskRepository", "one", module_path!());

#[tokio::test]
async fn statements_without_a_context_are_measured_by_the_installed_telemetry() {
    let telemetry = TestTelemetry::new();
    let pool = sqlx::SqlitePool::connect("sqlite::memory:").await.unwrap();
    let one = || sqlx::query("SELECT 1").execute(Ctx::none().sql(&pool));

    one().await.unwrap();
    assert!(!telemetry.metrics_text().contains("sqlx_query_duration"));

    telemetry.install();
    one().await.unwrap();
    drop(one());
    sqlx::query("SELECT 1").execute(Ctx::none().sql(&pool).of(&METHOD)).await.unwrap();
    telemetry.root("request").run(one()).await.unwrap();

    let count = r#"sqlx_query_duration_seconds_count{table="none",operation="SELECT"} 3"#;
    assert!(telemetry.metrics_text().contains(count), "{}", telemetry.metrics_text());
    assert_eq!(telemetry.span_tree(), "request\n");

    // With a context that was given as none, a statement of a request is outside its trace as well.
    let untraced = telemetry.metrics_text();
    let untraced: Vec<&str> =
        untraced.lines().filter(|line| line.starts_with("sqlx_untraced_statements_total")).collect();
    assert_eq!(
        untraced,
        [
            r#"sqlx_untraced_statements_total{type="TaskRepository",method="one"} 1"#,
            r#"sqlx_untraced_statements_total{type="none",method="none"} 2"#,
        ]
    );
}
