//! Everything that is executed as a whole.

use spanweave::Ctx;
use spanweave::testing::TestTelemetry;
use sqlx::{QueryBuilder, Row as _};

use super::harness::pool;
use crate::database::{Db, Row, SYSTEM, sql};

#[tokio::test]
async fn a_statement_is_a_span_of_its_context() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let (by_owner, by_name) =
        (sql("SELECT * FROM tasks WHERE owner = ?"), sql("SELECT * FROM tasks WHERE name = ?"));
    let update = sql("UPDATE tasks SET owner = ? WHERE owner = ?");
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        sqlx::query(by_owner).bind(1_i64).fetch_all(ctx.sql(&pool)).await?;
        sqlx::query(by_name).bind("mow").fetch_one(ctx.sql(&pool)).await?;
        sqlx::query(by_name).bind("fly").fetch_optional(ctx.sql(&pool)).await?;
        sqlx::query(update).bind(3_i64).bind(2_i64).execute(ctx.sql(&pool)).await
    });
    assert_eq!(root.await.unwrap().rows_affected(), 1);
    let keys = ["db.system.name", "db.query.text", "db.response.returned_rows", "db.response.affected_rows"];
    let statement = format!("db.system.name={SYSTEM} db.query.text=");
    assert_eq!(
        telemetry.span_tree_with(&keys),
        format!(
            "\
request
  SELECT tasks {statement}{by_owner} db.response.returned_rows=2
  SELECT tasks {statement}{by_name} db.response.returned_rows=1
  SELECT tasks {statement}{by_name} db.response.returned_rows=0
  UPDATE tasks {statement}{update} db.response.affected_rows=1
"
        )
    );
}

#[tokio::test]
async fn a_query_that_maps_its_rows_is_one_span() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let names: Vec<(String,)> =
            sqlx::query_as("SELECT name FROM tasks ORDER BY id").fetch_all(ctx.sql(&pool)).await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(ctx.sql(&pool)).await?;
        let lengths =
            sqlx::query("SELECT name FROM tasks ORDER BY id").map(|row: Row| row.get::<String, _>(0).len());
        Ok::<_, sqlx::Error>((names, count, lengths.fetch_all(ctx.sql(&pool)).await?))
    });
    let (names, count, lengths) = root.await.unwrap();
    assert_eq!((names.len(), count, lengths), (3, 3, vec![5, 3, 5]));
    assert_eq!(
        telemetry.span_tree_with(&["db.response.returned_rows"]),
        "\
request
  SELECT tasks db.response.returned_rows=3
  SELECT tasks db.response.returned_rows=1
  SELECT tasks db.response.returned_rows=3
"
    );
}

#[tokio::test]
async fn a_text_that_was_built() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let mut insert = QueryBuilder::<Db>::new("INSERT INTO tasks (name, owner) ");
        insert.push_values([("weed", 1_i64), ("rake", 2_i64)], |mut row, (name, owner)| {
            row.push_bind(name).push_bind(owner);
        });
        let inserted = insert.build().execute(ctx.sql(&pool)).await?.rows_affected();
        let mut select = QueryBuilder::<Db>::new("SELECT name FROM tasks WHERE owner IN (");
        let mut owners = select.separated(", ");
        owners.push_bind(1_i64);
        owners.push_bind(2_i64);
        select.push(")");
        let names: Vec<(String,)> = select.build_query_as().fetch_all(ctx.sql(&pool)).await?;
        Ok::<_, sqlx::Error>((inserted, names.len()))
    });
    assert_eq!(root.await.unwrap(), (2, 5));
    assert_eq!(
        telemetry.span_tree_with(&["db.query.text"]),
        format!(
            "\
request
  INSERT tasks db.query.text={}
  SELECT tasks db.query.text={}
",
            sql("INSERT INTO tasks (name, owner) VALUES (?, ?), (?, ?)"),
            sql("SELECT name FROM tasks WHERE owner IN (?, ?)"),
        )
    );
}

#[tokio::test]
async fn several_statements_in_one_text() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let script = "UPDATE tasks SET owner = 3 WHERE owner = 2; DELETE FROM tasks WHERE owner = 1";
        sqlx::raw_sql(script).execute(Ctx::current().sql(&pool)).await
    });
    assert_eq!(root.await.unwrap().rows_affected(), 3);
    assert_eq!(telemetry.span_tree(), "request\n  UPDATE tasks DELETE tasks\n");
}
