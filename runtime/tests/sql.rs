//! `Ctx::sql` over `SQLite` in memory: what an operator sees of every way to execute a statement.
#![cfg(feature = "sqlx")]

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use futures_util::{Stream, StreamExt, TryStreamExt};
use spanweave::Ctx;
use spanweave::testing::TestTelemetry;
use sqlx::sqlite::{Sqlite, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Connection, Executor, Row, SqlStr, SqlitePool, Statement};

/// A database of its own, with three tasks.
async fn database() -> SqlitePool {
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    let script = "CREATE TABLE tasks (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, owner INTEGER); \
                  INSERT INTO tasks (name, owner) VALUES ('paint', 1), ('mow', 1), ('sweep', 2)";
    sqlx::raw_sql(script).execute(&pool).await.unwrap();
    pool
}

/// Polls once, and says whether that was enough.
async fn poll_once(future: impl Future) -> bool {
    let mut future = pin!(future);
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await
}

async fn poll_stream_once(stream: &mut (impl Stream + Unpin)) -> bool {
    poll_fn(|cx| Poll::Ready(stream.poll_next_unpin(cx).is_ready())).await
}

#[tokio::test]
async fn a_statement_is_a_span_of_its_context() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        sqlx::query("SELECT * FROM tasks WHERE owner = ?").bind(1).fetch_all(ctx.sql(&pool)).await?;
        sqlx::query("SELECT * FROM tasks WHERE id = ?").bind(1).fetch_one(ctx.sql(&pool)).await?;
        sqlx::query("SELECT * FROM tasks WHERE id = ?").bind(9).fetch_optional(ctx.sql(&pool)).await?;
        sqlx::query("UPDATE tasks SET owner = ? WHERE owner = ?")
            .bind(3)
            .bind(2)
            .execute(ctx.sql(&pool))
            .await
    });
    assert_eq!(root.await.unwrap().rows_affected(), 1);
    assert_eq!(
        telemetry.span_tree_with(&["db.system.name", "db.query.text", "db.response.returned_rows"]),
        "\
request
  SELECT tasks db.system.name=sqlite db.query.text=SELECT * FROM tasks WHERE owner = ? db.response.returned_rows=2
  SELECT tasks db.system.name=sqlite db.query.text=SELECT * FROM tasks WHERE id = ? db.response.returned_rows=1
  SELECT tasks db.system.name=sqlite db.query.text=SELECT * FROM tasks WHERE id = ? db.response.returned_rows=0
  UPDATE tasks db.system.name=sqlite db.query.text=UPDATE tasks SET owner = ? WHERE owner = ?
"
    );
}

#[tokio::test]
async fn a_query_that_maps_its_rows_is_one_span() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let names: Vec<(String,)> =
            sqlx::query_as("SELECT name FROM tasks ORDER BY id").fetch_all(ctx.sql(&pool)).await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(ctx.sql(&pool)).await?;
        let lengths = sqlx::query("SELECT name FROM tasks ORDER BY id")
            .map(|row: sqlx::sqlite::SqliteRow| row.get::<String, _>(0).len());
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
async fn statements_of_a_transaction() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let mut transaction = pool.begin().await?;
        sqlx::query("DELETE FROM tasks WHERE id = ?").bind(1).execute(ctx.sql(&mut *transaction)).await?;
        let left: i64 =
            sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(ctx.sql(&mut *transaction)).await?;
        transaction.rollback().await?;
        let mut connection = pool.acquire().await?;
        let all = count(ctx, &mut *connection).await?;
        Ok::<_, sqlx::Error>((left, all))
    });
    assert_eq!(root.await.unwrap(), (2, 3));
    assert_eq!(telemetry.span_tree(), "request\n  DELETE tasks\n  SELECT tasks\n  SELECT tasks\n");
}

async fn count<'c>(ctx: Ctx, executor: impl Executor<'c, Database = Sqlite>) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(ctx.sql(executor)).await
}

#[tokio::test]
async fn a_context_goes_into_a_task() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        tokio::spawn(async move { count(ctx, &pool).await }).await
    });
    assert_eq!(root.await.unwrap().unwrap(), 3);
    assert_eq!(telemetry.span_tree(), "request\n  SELECT tasks\n");
}

#[tokio::test]
async fn a_stream_ends_with_its_last_row() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    let root = telemetry.root("request").run(async {
        let mut rows = sqlx::query("SELECT * FROM tasks").fetch(Ctx::current().sql(&pool));
        let mut read = 0;
        while rows.try_next().await?.is_some() {
            read += 1;
        }
        assert!(rows.try_next().await?.is_none(), "an ended stream may be asked again");
        drop(rows);
        let results = sqlx::raw_sql("SELECT * FROM tasks; DELETE FROM tasks; SELECT 1");
        let results: Vec<_> = results.fetch_many(Ctx::current().sql(&pool)).try_collect().await?;
        Ok::<_, sqlx::Error>((read, results.iter().filter(|result| result.is_right()).count()))
    });
    assert_eq!(root.await.unwrap(), (3, 4));
    assert_eq!(
        telemetry.span_tree_with(&["outcome", "db.response.returned_rows"]),
        "\
request outcome=ok
  SELECT tasks outcome=ok db.response.returned_rows=3
  SELECT tasks DELETE tasks SELECT outcome=ok db.response.returned_rows=4
"
    );
}

#[tokio::test]
async fn a_stream_that_is_dropped_after_a_row_has_ended() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    telemetry
        .root("request")
        .run(async {
            let mut rows = sqlx::query("SELECT * FROM tasks").fetch(Ctx::current().sql(&pool));
            rows.try_next().await.unwrap().expect("there are rows");
            drop(rows);
            drop(sqlx::query("SELECT 'never polled'").fetch(Ctx::current().sql(&pool)));
        })
        .await;
    let tree = telemetry.span_tree_with(&["outcome", "db.response.returned_rows"]);
    assert_eq!(tree, "request outcome=ok\n  SELECT tasks outcome=ok db.response.returned_rows=1\n");
}

#[tokio::test]
async fn what_is_dropped_while_it_is_awaited_is_cancelled() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
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

#[tokio::test]
async fn an_explicit_prepared_statement_stays_prepared() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    let root = telemetry.root("request").run(async {
        let ctx = Ctx::current();
        let mut connection = pool.acquire().await?;
        let sql = SqlStr::from_static("SELECT name FROM tasks WHERE id = ?");
        let statement = ctx.sql(&mut *connection).prepare(sql).await?;
        assert_eq!(statement.columns().len(), 1);
        let row = statement.query().bind(2).fetch_one(ctx.sql(&mut *connection)).await?;
        row.try_get::<String, _>(0)
    });
    assert_eq!(root.await.unwrap(), "mow");
    assert_eq!(telemetry.span_tree(), "request\n  PREPARE SELECT tasks\n  SELECT tasks\n");
}

#[tokio::test]
async fn persistence_and_the_texts_memory_are_the_users() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    let mut connection = pool.acquire().await.unwrap();
    let cached = connection.cached_statements_size();
    telemetry
        .root("request")
        .run(async {
            let ctx = Ctx::current();
            let sql = String::from("SELECT 1 FROM tasks");
            let passing = sqlx::query(AssertSqlSafe(sql)).persistent(false);
            passing.execute(ctx.sql(&mut *connection)).await.unwrap();
            assert_eq!(connection.cached_statements_size(), cached);
            sqlx::query("SELECT 2 FROM tasks").execute(ctx.sql(&mut *connection)).await.unwrap();
            assert_eq!(connection.cached_statements_size(), cached + 1);
        })
        .await;
}

#[tokio::test]
async fn an_error_has_a_class_and_the_databases_code() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    telemetry
        .root("request")
        .run(async {
            let ctx = Ctx::current();
            let insert = "INSERT INTO tasks (name) VALUES (?)";
            sqlx::query(insert).bind("mow").execute(ctx.sql(&pool)).await.unwrap_err();
            sqlx::query(insert).bind(None::<String>).execute(ctx.sql(&pool)).await.unwrap_err();
            sqlx::query("SELECT * FROM nothing").fetch_all(ctx.sql(&pool)).await.unwrap_err();
            let rows = sqlx::query("SELECT * FROM nowhere").fetch(ctx.sql(&pool)).try_collect::<Vec<_>>();
            rows.await.unwrap_err();
        })
        .await;
    assert_eq!(
        telemetry.span_tree_with(&["error.type", "db.response.status_code", "db.response.returned_rows"]),
        "\
request
  INSERT tasks [error: unique_violation] error.type=unique_violation db.response.status_code=2067
  INSERT tasks [error: not_null_violation] error.type=not_null_violation db.response.status_code=1299
  SELECT nothing [error: database] error.type=database db.response.status_code=1
  SELECT nowhere [error: database] error.type=database db.response.returned_rows=0 db.response.status_code=1
"
    );
}

#[tokio::test]
async fn no_row_is_an_answer() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    let root = telemetry.root("request").run(async {
        let one = sqlx::query("SELECT * FROM tasks WHERE id = ?").bind(9);
        one.fetch_one(Ctx::current().sql(&pool)).await.map(drop)
    });
    assert!(matches!(root.await, Err(sqlx::Error::RowNotFound)));
    let tree = telemetry.span_tree_with(&["outcome", "db.response.returned_rows"]);
    assert_eq!(
        tree,
        "request outcome=ok\n  SELECT tasks [no row] outcome=no_row db.response.returned_rows=0\n"
    );
}

/// A value whose encoding fails.
struct Unencodable;

impl sqlx::Type<Sqlite> for Unencodable {
    fn type_info() -> sqlx::sqlite::SqliteTypeInfo {
        <i64 as sqlx::Type<Sqlite>>::type_info()
    }
}

impl sqlx::Encode<'_, Sqlite> for Unencodable {
    fn encode_by_ref(
        &self,
        _: &mut <Sqlite as sqlx::Database>::ArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        Err("not today".into())
    }
}

#[tokio::test]
async fn an_argument_that_cannot_be_encoded_fails_as_before() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    let root = telemetry.root("request").run(async {
        sqlx::query("SELECT ? FROM tasks")
            .bind(Unencodable)
            .fetch_all(Ctx::current().sql(&pool))
            .await
            .map(drop)
    });
    let error = root.await.unwrap_err();
    assert!(matches!(error, sqlx::Error::Encode(_)), "{error}");
    assert_eq!(telemetry.span_tree(), "request\n  SELECT tasks [error: encode]\n");
}

#[tokio::test]
async fn no_value_leaves() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    telemetry
        .root("request")
        .run(async {
            let ctx = Ctx::current();
            let insert = sqlx::query("INSERT INTO tasks (name, owner) VALUES (?, ?)");
            insert.bind("bound-secret").bind(424_242).execute(ctx.sql(&pool)).await.unwrap();
            let again = sqlx::query("INSERT INTO tasks (name) VALUES (?)").bind("bound-secret");
            again.execute(ctx.sql(&pool)).await.unwrap_err();
            let typed =
                "SELECT * FROM tasks /* typed-secret */ WHERE name = 'typed-secret' OR owner = 424242";
            sqlx::raw_sql(typed).fetch_all(ctx.sql(&pool)).await.unwrap();
        })
        .await;
    let spans = format!("{:?}", telemetry.spans());
    let metrics = telemetry.metrics_text();
    for value in ["secret", "424242"] {
        assert!(!spans.contains(value), "{spans}");
        assert!(!metrics.contains(value), "{metrics}");
    }
    assert!(telemetry.span_tree_with(&["db.query.text"]).contains("WHERE name = ? OR owner = ?"));
}

#[tokio::test]
async fn a_context_of_none_has_no_span() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    let root = telemetry.root("request").run(async { count(Ctx::none(), &pool).await });
    assert_eq!(root.await.unwrap(), 3);
    assert_eq!(telemetry.span_tree(), "request\n");
}

#[tokio::test]
async fn statements_are_measured_by_table_and_operation() {
    let telemetry = TestTelemetry::new();
    let pool = database().await;
    telemetry
        .root("request")
        .run(async {
            let ctx = Ctx::current();
            count(ctx, &pool).await.unwrap();
            count(ctx, &pool).await.unwrap();
            sqlx::query("SELECT 1").execute(ctx.sql(&pool)).await.unwrap();
            sqlx::query("INSERT INTO tasks (name) VALUES (?)")
                .bind("mow")
                .execute(ctx.sql(&pool))
                .await
                .unwrap_err();
            sqlx::query("gibberish FROM tasks").execute(ctx.sql(&pool)).await.unwrap_err();
            sqlx::query("PRAGMA foreign_keys").execute(ctx.sql(&pool)).await.unwrap();
        })
        .await;
    let text = telemetry.metrics_text();
    let statements = text.lines().filter(|line| line.contains("sqlx_query_duration"));
    assert_eq!(
        statements.fold(String::new(), |text, line| text + line + "\n"),
        r#"# HELP sqlx_query_duration_seconds Time from a statement's start to the end of its rows, with or without a trace.
# TYPE sqlx_query_duration_seconds histogram
# UNIT sqlx_query_duration_seconds seconds
sqlx_query_duration_seconds_count{table="none",operation="PRAGMA"} 1
sqlx_query_duration_seconds_count{table="none",operation="SELECT"} 1
sqlx_query_duration_seconds_count{table="none",operation="other"} 1
sqlx_query_duration_seconds_count{table="tasks",operation="INSERT"} 1
sqlx_query_duration_seconds_count{table="tasks",operation="SELECT"} 2
"#
    );
}
