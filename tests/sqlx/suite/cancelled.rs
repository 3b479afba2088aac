//! What is dropped before it has an answer.

use spanweave::Ctx;
use spanweave::testing::TestTelemetry;

use super::harness::{poll_once, poll_stream_once, pool_of};

#[tokio::test]
async fn what_is_dropped_while_it_waits_for_a_connection_is_cancelled() {
    let telemetry = TestTelemetry::new();
    let pool = pool_of(1).await;
    telemetry
        .root("request")
        .run(async {
            let ctx = Ctx::current();
            // The pool's only connection, so that what wants one has to wait.
            let _held = pool.acquire().await.unwrap();
            let all = sqlx::query("SELECT * FROM tasks").fetch_all(ctx.sql(&pool));
            assert!(!poll_once(all).await);
            // Read from a stream, within sqlx.
            let all = sqlx::query_as::<_, (i64,)>("SELECT id FROM tasks").fetch_all(ctx.sql(&pool));
            assert!(!poll_once(all).await);
            let mut rows = sqlx::query("SELECT name FROM tasks").fetch(ctx.sql(&pool));
            assert!(!poll_stream_once(&mut rows).await);
        })
        .await;
    let cancelled = "  SELECT tasks [cancelled]\n".repeat(3);
    assert_eq!(telemetry.span_tree(), format!("request\n{cancelled}"));
}
