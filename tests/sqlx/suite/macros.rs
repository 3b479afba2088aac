//! sqlx's macros.

use spanweave::Ctx;
use spanweave::testing::TestTelemetry;

use super::harness::pool;
use crate::macros::{Task, Tasks, by_hand};

#[tokio::test]
async fn macros_in_an_annotated_block() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    telemetry
        .root("request")
        .run(async {
            let tasks = Tasks { pool };
            assert_eq!(tasks.add("weed", 2).await.unwrap(), 1);
            assert_eq!(tasks.owner("weed").await.unwrap(), Some(2));
            assert_eq!(tasks.of(2).await.unwrap().len(), 2);
            let mut tx = tasks.pool.begin().await.unwrap();
            assert_eq!(Tasks::count(&mut tx).await.unwrap(), 4);
            drop(tx);
            assert_eq!(tasks.release(2).await.unwrap(), 2);
            let weed = Task { name: "weed".to_owned(), owner: None };
            assert_eq!(tasks.by_name("weed").await.unwrap(), Some(weed));
        })
        .await;
    assert_eq!(
        telemetry.span_tree(),
        "\
request
  Tasks.add
    INSERT tasks
  Tasks.owner
    SELECT tasks
  Tasks.of
    SELECT tasks
  Tasks.count
    SELECT tasks
  Tasks.release
    UPDATE tasks
  Tasks.by_name
    SELECT tasks
"
    );
}

#[tokio::test]
async fn macros_with_a_context_by_hand() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async { by_hand(Ctx::current(), &pool).await });
    let sweep = Task { name: "sweep".to_owned(), owner: Some(2) };
    assert_eq!(root.await.unwrap(), (Some(1), vec![sweep], 3, None));
    assert_eq!(telemetry.span_tree(), format!("request\n{}", "  SELECT tasks\n".repeat(4)));
}
