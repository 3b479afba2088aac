//! What is found about statements at run time, as an operator sees it.

use std::time::Duration;

use spanweave::sql::{Pooled, QueryText, SqlOptions};
use spanweave::testing::{KeptSpans, span_tree};
use spanweave::{Ctx, Telemetry};
use sqlx::Executor;

use super::harness::{count, pool, prepared_on};
use crate::database::{Db, SYSTEM, sql};

async fn find<'c>(ctx: Ctx, executor: impl Executor<'c, Database = Db>, id: i32) -> sqlx::Result<()> {
    let find = sqlx::query(sql("SELECT name FROM tasks WHERE id = ?")).bind(id);
    find.fetch_optional(ctx.sql(executor)).await.map(drop)
}

fn telemetry(sql: SqlOptions) -> (Telemetry, KeptSpans) {
    let kept = KeptSpans::new();
    let builder = Telemetry::builder().sampling_ratio(1.0).exporter(kept.clone());
    (builder.sql(sql).build().unwrap(), kept)
}

fn spans_of(telemetry: &Telemetry, kept: &KeptSpans, keys: &[&str]) -> String {
    assert!(telemetry.flush(Duration::from_secs(30)));
    span_tree(&kept.take(), keys)
}

fn counts(telemetry: &Telemetry, name: &str) -> String {
    let metrics = telemetry.metrics_text();
    metrics.lines().filter(|line| line.starts_with(name)).fold(String::new(), |all, line| all + line + "\n")
}

#[tokio::test]
async fn the_same_statement_many_times_in_a_trace() {
    let pool = pool().await;
    let (telemetry, kept) = telemetry(SqlOptions::default().repeated(3));
    for times in [2, 5] {
        let root = telemetry.root("request").run(async {
            count(Ctx::current(), &pool).await?;
            for id in 0..times {
                find(Ctx::current(), &pool, id).await?;
            }
            Ok::<_, sqlx::Error>(())
        });
        root.await.unwrap();
    }
    let tree = spans_of(&telemetry, &kept, &["spanweave.repeated_statement", "spanweave.repeated_times"]);
    let roots: Vec<&str> = tree.lines().filter(|line| line.starts_with("request")).collect();
    assert_eq!(
        roots,
        ["request", "request spanweave.repeated_statement=SELECT tasks spanweave.repeated_times=5"]
    );
    let counted = counts(&telemetry, "sqlx_repeated_statements");
    assert_eq!(counted, "sqlx_repeated_statements_total{table=\"tasks\",operation=\"SELECT\"} 1\n");
}

#[tokio::test]
async fn what_begins_and_ends_transactions_is_not_repeated_but_two_statements_may_be() {
    let pool = pool().await;
    let (telemetry, kept) = telemetry(SqlOptions::default().repeated(3));
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        for id in 0..3 {
            let mut tx = ctx.begin(Pooled(&pool).get(), pool.begin()).watched().await?;
            find(ctx, &mut *tx, id).await?;
            tx.commit().await?;
            count(ctx, &pool).await?;
        }
        count(ctx, &pool).await
    });
    root.await.unwrap();
    let tree = spans_of(&telemetry, &kept, &["spanweave.repeated_times"]);
    assert!(tree.starts_with("request spanweave.repeated_times=4\n"), "{tree}");
    let counted = counts(&telemetry, "sqlx_repeated_statements");
    assert_eq!(counted, "sqlx_repeated_statements_total{table=\"tasks\",operation=\"SELECT\"} 2\n");
}

#[tokio::test]
async fn a_statement_that_takes_its_time() {
    let pool = pool().await;
    let (telemetry, kept) = telemetry(SqlOptions::default().slower_than(Duration::ZERO));
    telemetry.root("request").run(find(Ctx::none(), &pool, 1)).await.unwrap();
    telemetry.root("request").run(async { find(Ctx::current(), &pool, 1).await }).await.unwrap();
    let tree = spans_of(&telemetry, &kept, &["spanweave.slow"]);
    assert_eq!(tree, "request\nrequest\n  SELECT tasks spanweave.slow=true\n");
    let counted = counts(&telemetry, "sqlx_slow_statements");
    assert_eq!(counted, "sqlx_slow_statements_total{table=\"tasks\",operation=\"SELECT\"} 1\n");

    let (never, kept) = self::telemetry(SqlOptions::default().slower_than(None));
    never.root("request").run(async { find(Ctx::current(), &pool, 1).await }).await.unwrap();
    assert_eq!(spans_of(&never, &kept, &["spanweave.slow"]), "request\n  SELECT tasks\n");
}

#[tokio::test]
async fn a_text_is_shown_as_far_as_is_asked_for() {
    let pool = pool().await;
    for (text, shown) in [
        (QueryText::Shown, sql(" db.query.text=SELECT name FROM tasks WHERE id = ?")),
        (QueryText::Shortened(11), " db.query.text=SELECT name"),
        (QueryText::Summary, " db.query.text=SELECT tasks"),
        (QueryText::Hidden, ""),
    ] {
        let (telemetry, kept) = telemetry(SqlOptions::default().text(text));
        telemetry.root("request").run(async { find(Ctx::current(), &pool, 1).await }).await.unwrap();
        let tree = spans_of(&telemetry, &kept, &["db.query.text"]);
        assert_eq!(tree, format!("request\n  SELECT tasks{shown}\n"));
    }
}

#[tokio::test]
async fn the_conventions_own_histogram() {
    let pool = pool().await;
    let (telemetry, _kept) = telemetry(SqlOptions::default().operation_duration(true));
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        find(ctx, &pool, 1).await?;
        find(ctx, &pool, 2).await?;
        sqlx::query("SELECT * FROM nothing").execute(ctx.sql(&pool)).await
    });
    root.await.unwrap_err();
    assert_eq!(
        counts(&telemetry, "db_client_operation_duration_seconds_count"),
        format!(
            r#"db_client_operation_duration_seconds_count{{db_system_name="{SYSTEM}",db_operation_name="SELECT",db_collection_name="nothing",error_type="database"}} 1
db_client_operation_duration_seconds_count{{db_system_name="{SYSTEM}",db_operation_name="SELECT",db_collection_name="tasks",error_type=""}} 2
"#
        )
    );
}

#[tokio::test]
async fn with_tags_what_is_prepared_stays_prepared() {
    let pool = pool().await;
    let (telemetry, kept) = telemetry(SqlOptions::default().comment([("service", "api")]));
    let mut connection = pool.acquire().await.unwrap();
    let prepared = prepared_on(&mut connection).await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        for id in 0..3 {
            find(ctx, &mut *connection, id).await?;
        }
        Ok::<_, sqlx::Error>(())
    });
    root.await.unwrap();
    assert_eq!(prepared_on(&mut connection).await, prepared + 1);
    // Without them it is another text, and so was one with them before.
    find(Ctx::none(), &mut *connection, 1).await.unwrap();
    assert_eq!(prepared_on(&mut connection).await, prepared + 2);
    assert!(!spans_of(&telemetry, &kept, &["db.query.text"]).contains("service"));
}

#[tokio::test]
async fn with_tags_an_executor_that_is_given_two_contexts_has_one_span() {
    let pool = pool().await;
    let (telemetry, kept) = telemetry(SqlOptions::default().comment([("service", "api")]));
    let root =
        telemetry.root("request").run(async { count(Ctx::current(), Ctx::current().sql(&pool)).await });
    root.await.unwrap();
    assert_eq!(spans_of(&telemetry, &kept, &[]), "request\n  SELECT tasks\n");
}
