//! What is dropped after it was sent.

use spanweave::Ctx;
use spanweave::testing::TestTelemetry;

use crate::database::SLOW;
use crate::suite::harness::{poll_once, pool};

#[tokio::test]
async fn what_is_dropped_while_the_database_works_is_cancelled() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    telemetry
        .root("request")
        .run(async {
            let mut connection = pool.acquire().await.unwrap();
            let all = sqlx::query(SLOW).fetch_all(Ctx::current().sql(&mut *connection));
            assert!(!poll_once(all).await);
        })
        .await;
    assert_eq!(telemetry.span_tree(), "request\n  SELECT [cancelled]\n");
}
