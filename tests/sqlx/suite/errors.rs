//! What went wrong, by class and by the database's own code.

use futures_util::TryStreamExt;
use spanweave::Ctx;
use spanweave::testing::TestTelemetry;

use super::harness::pool;
use crate::database::{CODES, sql};

const KEYS: &[&str] = &["error.type", "db.response.status_code", "db.response.returned_rows"];

#[tokio::test]
async fn a_violation_has_a_class_and_the_databases_code() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    telemetry
        .root("request")
        .run(async {
            let insert = sql("INSERT INTO tasks (name, owner, hours) VALUES (?, ?, ?)");
            for (name, owner, hours) in
                [(Some("mow"), 1, 1), (Some("fly"), 9, 1), (None, 1, 1), (Some("fly"), 1, 0)]
            {
                let insert = sqlx::query(insert).bind(name).bind(owner).bind(hours);
                insert.execute(Ctx::current().sql(&pool)).await.unwrap_err();
            }
        })
        .await;
    let violation = |class: &str, code: &str| {
        format!(
            "  INSERT tasks [error: {class}_violation] error.type={class}_violation db.response.status_code={code}\n"
        )
    };
    assert_eq!(
        telemetry.span_tree_with(KEYS),
        [
            "request\n",
            &violation("unique", CODES.unique),
            &violation("foreign_key", CODES.foreign_key),
            &violation("not_null", CODES.not_null),
            &violation("check", CODES.check),
        ]
        .concat()
    );
}

#[tokio::test]
async fn any_other_error_of_the_database() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    telemetry
        .root("request")
        .run(async {
            let ctx = Ctx::current();
            let nothing = sqlx::query("SELECT * FROM nothing").fetch_all(ctx.sql(&pool)).await;
            let mut nowhere = sqlx::query("SELECT * FROM nowhere").fetch(ctx.sql(&pool));
            assert!(nothing.is_err() && nowhere.try_next().await.is_err());
        })
        .await;
    let code = CODES.no_table;
    assert_eq!(
        telemetry.span_tree_with(KEYS),
        format!(
            "\
request
  SELECT nothing [error: database] error.type=database db.response.status_code={code}
  SELECT nowhere [error: database] error.type=database db.response.returned_rows=0 db.response.status_code={code}
"
        )
    );
}

/// What maps its rows asks sqlx for a row that may be missing, and misses it itself.
#[tokio::test]
async fn no_row_of_a_query_with_a_type_is_known_where_it_is_said() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    for says_so in [false, true] {
        let root = telemetry.root("request").run(async {
            let one = sqlx::query_scalar::<_, String>("SELECT name FROM tasks WHERE owner = 9");
            let executor = Ctx::current().sql(&pool);
            one.fetch_one(if says_so { executor.one() } else { executor }).await
        });
        assert!(matches!(root.await, Err(sqlx::Error::RowNotFound)));
    }
    let tree = telemetry.span_tree_with(&["db.response.returned_rows"]);
    assert_eq!(
        tree,
        "\
request
  SELECT tasks db.response.returned_rows=0
request
  SELECT tasks [no row] db.response.returned_rows=0
"
    );
}

#[tokio::test]
async fn no_row_is_an_answer() {
    let telemetry = TestTelemetry::new();
    let pool = pool().await;
    let root = telemetry.root("request").run(async {
        let one = sqlx::query("SELECT * FROM tasks WHERE owner = 9");
        one.fetch_one(Ctx::current().sql(&pool)).await.map(drop)
    });
    assert!(matches!(root.await, Err(sqlx::Error::RowNotFound)));
    let tree = telemetry.span_tree_with(&["outcome", "db.response.returned_rows"]);
    assert_eq!(
        tree,
        "request outcome=ok\n  SELECT tasks [no row] outcome=no_row db.response.returned_rows=0\n"
    );
}
